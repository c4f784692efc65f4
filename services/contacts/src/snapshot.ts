import { snapshotService } from '@crm/kit/server/step';
import { interactionSnapshot } from './interaction/interaction.events.ts';

await snapshotService('contacts', [interactionSnapshot], process.env);
