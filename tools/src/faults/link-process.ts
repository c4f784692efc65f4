import { z } from 'zod';
import { startFaultProxy } from './proxy.ts';

/** A link in a process of its own: `link-process.ts PORT TARGETPORT`. It ends with who started it. */
const orderSchema = z.discriminatedUnion('do', [
  z.object({ do: z.literal('silence') }),
  z.object({ do: z.literal('heal') }),
]);

export type LinkOrder = z.infer<typeof orderSchema>;

const [port, target] = process.argv.slice(2).map(Number);
const proxy = await startFaultProxy({ host: '127.0.0.1', port: target ?? 0 }, port);

process.on('message', (message) => {
  const order = orderSchema.parse(message);
  if (order.do === 'heal') proxy.heal();
  else proxy.set({ isSilent: true });
});
process.on('disconnect', () => process.exit());
// Ctrl-C reaches it too, and the mesh is still to be stopped in order.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
process.send?.('listens');
