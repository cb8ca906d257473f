import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { FindingPage } from '@/components/config/finding-page';
import { findingDefinition } from '@/lib/validate';

interface Route {
  params: Promise<{ code: string }>;
}

export async function generateMetadata(route: Route): Promise<Metadata> {
  return { title: (await route.params).code };
}

export default async function Page(route: Route): Promise<ReactNode> {
  const { code } = await route.params;
  const definition = findingDefinition(code);
  return (
    <FindingPage
      code={code}
      page={
        definition && {
          severity: definition.severity,
          title: definition.title,
          cause: definition.cause,
          example: definition.example,
          fix: definition.fix,
          known: [definition.istio, definition.kiali].filter((one) => one !== null),
          kinds: definition.kinds.map((kind) => kind.slice(kind.indexOf('/') + 1)),
        }
      }
    />
  );
}
