import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { EditObjectPage, type EditObjectPageProps } from '@/components/edit-object/edit-object-page';

interface Route {
  params: Promise<EditObjectPageProps>;
}

async function named(route: Route): Promise<EditObjectPageProps> {
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
  return <EditObjectPage {...await named(route)} />;
}
