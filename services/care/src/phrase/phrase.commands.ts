import type { RequestContext } from '@crm/kit/context';
import { rowMemory, runCommand } from '@crm/kit/record/command';
import { allow } from '@crm/kit/record/policy';
import type { Rules } from '@crm/kit/record/record';
import { lockByCode, saveRecord } from '@crm/kit/record/save';
import { PhrasePresetEntity, type PhrasePreset } from './phrase.fields.ts';
import { phraseProblems } from './phrase.ts';

type SaveInput = { readonly code: string; readonly clientMutationId?: string | null };

const memory = rowMemory(PhrasePresetEntity);

const rules: Rules<PhrasePreset> = {
  defaults: () => ({ tone: 'FORMAL', sortOrder: 0, active: true }),
  check: phraseProblems,
};

/** Makes a phrase, or changes the one with this code: the fields that are given, the others stay. */
export const savePhrase = (context: RequestContext, input: SaveInput): Promise<PhrasePreset> =>
  runCommand(context, { name: 'savePhrase', input, memory }, async (work) => {
    allow(work.viewer, 'manage', 'phrases');
    const before = await lockByCode(work, PhrasePresetEntity, input.code);
    return saveRecord(work, PhrasePresetEntity, { before, input, rules });
  });
