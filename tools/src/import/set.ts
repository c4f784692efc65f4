import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../mesh/say.ts';
import { type EntityName, entityNames, isEntityName } from './entities.ts';

/** Imports that belong together, in the order in which they need each other. */
const setSchema = z.array(
  z.strictObject({
    entity: z.custom<EntityName>(
      (name) => typeof name === 'string' && isEntityName(name),
      `is one of ${entityNames.join(', ')}`,
    ),
    file: z.string(),
    /** Beside the set. */
    mapping: z.string(),
  }),
);

export type SetStep = {
  readonly name: EntityName;
  readonly file: string;
  readonly mappingFile: string;
};

export function readSet(path: string): SetStep[] {
  const result = setSchema.safeParse(parseJson(path));
  if (!result.success) {
    throw new UserError(`${path} is no list of imports:\n${z.prettifyError(result.error)}`);
  }
  return result.data.map(({ entity, file, mapping }) => ({
    name: entity,
    file,
    mappingFile: join(dirname(path), mapping),
  }));
}

function parseJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UserError(`${path} can not be read as JSON`, { cause: error });
  }
}
