import { AppError, unavailable } from '@crm/kit/errors';
import { isPublicCode } from '@crm/kit/server/mask-errors';
import { contextHeader, contextSigner } from '@crm/kit/server/signature';
import { hooksPath, type HookCall } from '@crm/kit/server/hook-call';
import { filesPath, writeCall, type FileCall } from '@crm/kit/transfer/file-call';
import type { Viewer } from '@crm/kit/viewer';
import { Agent, request } from 'undici';
import { isRecord } from '../is-record.ts';

export type FileRequest = {
  readonly service: string;
  readonly viewer: Viewer;
  readonly requestId: string;
};

/** Asks a service something about a file, or gives it a part of one. */
export type CallFiles = (asking: FileRequest, call: FileCall, bytes?: Buffer) => Promise<Buffer>;

export type FileServices = {
  readonly call: CallFiles;
  /** Hands a service on what it is told by somebody without a token. Gives its answer. */
  readonly tell: (told: Omit<FileRequest, 'viewer'>, call: HookCall) => Promise<string>;
  readonly has: (service: string) => boolean;
  readonly close: () => Promise<void>;
};

type Options = {
  readonly urls: ReadonlyMap<string, string>;
  readonly keys: ReadonlyMap<string, string>;
};

const callMsMax = 30_000;
const answerBytesMax = 2 * 1024 * 1024;

/** Calls that carry files have connections of their own: those of operations never wait for them. */
export function openFileServices({ urls, keys }: Options): FileServices {
  const agent = new Agent({ connections: 16, keepAliveTimeout: 900, keepAliveMaxTimeout: 900 });

  const post = async (path: string, asking: FileRequest, body: Buffer): Promise<Buffer> => {
    const { service, viewer, requestId } = asking;
    const url = urls.get(service);
    const key = keys.get(service);
    if (url === undefined || key === undefined) throw new Error(`${service} is no service`);
    const deadlineAt = Date.now() + callMsMax;
    const context = contextSigner({ audience: service, key })(
      { viewer, requestId, deadlineAt, consistency: null, lane: 'interactive' },
      body,
    );
    const answer = await request(new URL(path, url), {
      method: 'POST',
      dispatcher: agent,
      body,
      headers: { 'content-type': 'application/octet-stream', [contextHeader]: context },
      signal: AbortSignal.timeout(callMsMax),
    }).catch((error: unknown) => {
      throw notAvailable(service, error);
    });
    const given = Buffer.from(await answer.body.arrayBuffer());
    if (given.length > answerBytesMax) throw new Error('A part is too long');
    if (answer.statusCode === 200) return given;
    throw refusalOf(given) ?? notAvailable(service, new Error(`status ${answer.statusCode}`));
  };
  const has = (service: string): boolean => urls.has(service) && keys.has(service);
  return {
    call: (asking, asked, bytes) => post(filesPath, asking, writeCall(asked, bytes)),
    tell: async (told, call) => {
      const asking = { ...told, viewer: teller };
      return (await post(hooksPath, asking, Buffer.from(JSON.stringify(call)))).toString('utf8');
    },
    has,
    close: () => agent.close(),
  };
}

/** Nobody was asked who it is. */
const teller: Viewer = {
  subject: 'hook',
  staffId: null,
  roles: [],
  teamIds: [],
  purpose: null,
};

const notAvailable = (service: string, cause: unknown): AppError =>
  Object.assign(unavailable(`The service ${service} is not available`), { cause });

/** What the service refused, for the client to hear. */
function refusalOf(answer: Buffer): AppError | null {
  const given: unknown = JSON.parse(answer.toString('utf8') || 'null');
  const [error]: unknown[] =
    isRecord(given) && Array.isArray(given['errors']) ? given['errors'] : [];
  if (!isRecord(error) || !isRecord(error['extensions'])) return null;
  const { code, ...details } = error['extensions'];
  if (!isPublicCode(code) || code === 'INTERNAL') return null;
  return new AppError(code, String(error['message']), details);
}
