import type { Metadata } from 'next';
import { cookies, headers } from 'next/headers';
import type { ReactNode } from 'react';
import { preload } from 'react-dom';
import { Providers } from '@/components/shell/providers';
import { Shell } from '@/components/shell/shell';
import './globals.css';

export const metadata: Metadata = {
  title: { default: 'Heddle', template: '%s · Heddle' },
  description: 'See the mesh, steer it.',
  icons: { icon: '/mark.svg' },
};

// The file that the style sheet names too. With it, the first text is laid out once, and in the right letters.
const font = new URL('../node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2', import.meta.url);

/** The frame. Reading the headers makes every page dynamic, so that each gets the nonce of its own policy (`proxy.ts`). */
export default async function RootLayout({ children }: { children: ReactNode }): Promise<ReactNode> {
  await headers();
  preload(String(font), { as: 'font', type: 'font/woff2', crossOrigin: 'anonymous' });
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
