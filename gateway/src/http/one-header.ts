import type { IncomingMessage } from 'node:http';
import { AppError } from '@crm/kit/errors';

export function oneHeader(request: IncomingMessage, name: string): string | undefined {
  const values = request.headersDistinct[name] ?? [];
  if (values.length > 1) throw new AppError('BAD_REQUEST', `The header ${name} is given twice`);
  return values[0];
}
