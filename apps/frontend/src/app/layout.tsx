import type { ReactNode } from 'react';
import type { Metadata, Viewport } from 'next';
import './globals.css';
import './tables.css';

export const metadata: Metadata = { title: 'Polydev Deploy', description: 'What is live, and how it got there.' };
export const viewport: Viewport = { colorScheme: 'light dark' };

export default function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
