import { chmodSync, copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { librariesOf, unpacked, type Collection } from '../src/mesh/debian.ts';

const packages: Collection = {
  name: 'browser',
  packages: ['chromium-headless-shell', 'fonts-wqy-microhei'],
  about: 'Getting Chromium from Debian, for tests of pages (170 MB, once)',
  otherwise: 'Tests of pages need Debian’s packages, for Chromium.',
};

/** How long the first start may take, which gets the browser. */
export const browserMsMax = 300_000;

/** Chromium without a window. It shows Chinese, and runs as root too, for it opens pages of tests alone. */
export async function startBrowser(): Promise<Browser> {
  const root = await unpacked(packages);
  const { launcher, fonts } = layOut(root);
  return chromium.launch({
    executablePath: launcher,
    chromiumSandbox: false,
    args: ['--no-zygote', '--disable-gpu', `--browser-subprocess-path=${launcher}`],
    env: { ...process.env, FONTCONFIG_FILE: fonts },
  });
}

/**
 * Chromium looks for its files beside the program that runs, which is the unpacked loader: so that one
 * is put beside them.
 */
function layOut(root: string): { readonly launcher: string; readonly fonts: string } {
  const libraries = librariesOf(root);
  const folder = join(root, 'usr/lib/chromium');
  const loader = join(folder, 'loader');
  const name = readdirSync(libraries).find((file) => /^ld-linux.*\.so\.\d$/.test(file)) ?? '';
  copyFileSync(join(libraries, name), loader);
  const paths = `${libraries}:${join(libraries, 'pulseaudio')}`;
  const launcher = join(folder, 'launcher');
  const program = join(folder, 'chromium-headless-shell');
  writeFileSync(launcher, `#!/bin/sh\nexec ${loader} --library-path ${paths} ${program} "$@"\n`);
  chmodSync(launcher, 0o755);
  const fonts = join(root, 'fonts.conf');
  writeFileSync(
    fonts,
    `<fontconfig><dir>${root}/usr/share/fonts</dir><cachedir>${root}/fonts</cachedir></fontconfig>`,
  );
  return { launcher, fonts };
}
