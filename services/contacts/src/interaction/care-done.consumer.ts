import { on, type Consumer } from '@crm/kit/event/consumer';
import { systemViewer } from '@crm/kit/viewer';
import { CareTaskDone } from '@crm/schemas/events/care-task';
import { logDoneCare } from './care-done.commands.ts';

/** Care that somebody has given is an interaction, logged by whoever has given it. */
export const careDoneConsumer: Consumer = on(CareTaskDone, (manager, event) =>
  logDoneCare(
    {
      manager,
      viewer: { ...systemViewer('care done'), staffId: event.actor },
      now: new Date(event.data.doneAt),
      requestId: event.eventId,
    },
    { ...event.data, careTaskId: event.aggregateId },
  ),
);
