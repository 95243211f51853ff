import { join } from 'node:path';
import type { NextConfig } from 'next';
import { BUILD_ID_PLACEHOLDER } from './build/build-id-placeholder';

const workspace = join(__dirname, '../..');

const config: NextConfig = {
  output: 'standalone',
  outputFileTracingRoot: workspace,
  turbopack: { root: workspace },
  // Neither is used by the one page there is; sharp alone is native code of 20 MB.
  images: { unoptimized: true },
  outputFileTracingExcludes: { '**': ['../../node_modules/{sharp,@img,detect-libc,semver}/**'] },
  transpilePackages: ['@polydev/contract', '@polydev/release'],
  // Put in the place of the real one, which is made from what was built: see build/make-reproducible.ts.
  generateBuildId: () => BUILD_ID_PLACEHOLDER,
  // `typecheck` is a task of its own.
  typescript: { ignoreBuildErrors: true },
  poweredByHeader: false,
  // A release is never written to: what is cached stays in memory.
  experimental: { isrFlushToDisk: false },
  headers: async () => [
    {
      source: '/:path*',
      headers: [
        { key: 'x-content-type-options', value: 'nosniff' },
        { key: 'x-frame-options', value: 'DENY' },
        { key: 'referrer-policy', value: 'no-referrer' },
      ],
    },
  ],
};

export default config;
