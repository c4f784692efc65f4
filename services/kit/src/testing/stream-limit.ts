import { connect } from 'nats';
import { spaceOf } from '../event/bus-stream.ts';

/** Leaves the stream so much room from now on; null takes the bound away again. */
export async function limitStream(url: string, roomBytes: number | null): Promise<void> {
  const { stream } = spaceOf('');
  const connection = await connect({ servers: url });
  try {
    const jsm = await connection.jetstreamManager();
    const { state } = await jsm.streams.info(stream);
    const bytesMax = roomBytes === null ? -1 : state.bytes + roomBytes;
    await jsm.streams.update(stream, { max_bytes: bytesMax });
  } finally {
    await connection.close();
  }
}
