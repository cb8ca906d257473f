import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { ServicePage } from '@/components/service/service-page';
import { ServiceEditor } from '../../service-editor';

interface Route {
  params: Promise<{ namespace: string; name: string }>;
}

async function named(route: Route): Promise<{ namespace: string; name: string }> {
  const { namespace, name } = await route.params;
  return { namespace: decodeURIComponent(namespace), name: decodeURIComponent(name) };
}

export async function generateMetadata(route: Route): Promise<Metadata> {
  return { title: (await named(route)).name };
}

export default async function Page(route: Route): Promise<ReactNode> {
  const service = await named(route);
  return <ServicePage {...service} editor={<ServiceEditor {...service} />} />;
}
