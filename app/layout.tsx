import type { Metadata } from 'next';
import { cookies, headers } from 'next/headers';
import type { ReactNode } from 'react';
import { Providers } from '@/components/shell/providers';
import { Shell } from '@/components/shell/shell';
import './globals.css';

export const metadata: Metadata = {
  title: { default: 'Heddle', template: '%s · Heddle' },
  description: 'See the mesh, steer it.',
  icons: { icon: '/mark.svg' },
};

/** The frame. Reading the headers makes every page dynamic, so that each gets the nonce of its own policy (`proxy.ts`). */
export default async function RootLayout({ children }: { children: ReactNode }): Promise<ReactNode> {
  await headers();
  const theme = (await cookies()).get('heddle-theme')?.value;
  return (
    <html lang="en" {...(theme === 'light' || theme === 'dark' ? { 'data-theme': theme } : {})}>
      <body>
        <Providers>
          <Shell>{children}</Shell>
        </Providers>
      </body>
    </html>
  );
}
