import { execFileSync } from 'node:child_process';
import { repository } from './mesh/paths.ts';

/** The output of a git command, or null when it fails: no git, no repository, no such file. */
export function git(...options: readonly string[]): string | null {
  try {
    return execFileSync('git', [...options], {
      cwd: repository,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return null;
  }
}

/**
 * The commit that a change is compared with: where this branch left main; on main the last commit,
 * or the one before it when nothing is uncommitted in `file`.
 */
export function comparedCommit(file: string): string | null {
  const head = git('rev-parse', 'HEAD')?.trim();
  const base = (
    git('merge-base', 'origin/main', 'HEAD') ?? git('merge-base', 'main', 'HEAD')
  )?.trim();
  if (base !== undefined && base !== head) return base;
  return git('status', '--porcelain', '--', file) === '' ? 'HEAD~1' : 'HEAD';
}
