import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { ObjectPage, type ObjectPageProps } from '@/components/config/object-page';

interface Route {
  params: Promise<ObjectPageProps>;
}

async function named(route: Route): Promise<ObjectPageProps> {
  const { group, kind, namespace, name } = await route.params;
  return {
    group: decodeURIComponent(group),
    kind: decodeURIComponent(kind),
    namespace: decodeURIComponent(namespace),
    name: decodeURIComponent(name),
  };
}

export async function generateMetadata(route: Route): Promise<Metadata> {
  return { title: (await named(route)).name };
}

export default async function Page(route: Route): Promise<ReactNode> {
  return <ObjectPage {...await named(route)} />;
}
