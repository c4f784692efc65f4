import { monitorEventLoopDelay } from 'node:perf_hooks';

export type Metrics = {
  readonly request: (lane: string, code: string, ms: number) => void;
  readonly subgraphCall: (service: string, outcome: string, ms: number) => void;
  /** The text that Prometheus reads. */
  readonly render: () => string;
};

type Labels = Readonly<Record<string, string>>;
type Gauge = () => number;

const bucketsMs = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000];

/** Counts in memory what Prometheus scrapes. Labels come from fixed sets, so it cannot grow. */
export function createMetrics(gauges: Readonly<Record<string, Gauge>> = {}): Metrics {
  const requests = createHistogram('guanxi_gateway_request_ms');
  const calls = createHistogram('guanxi_gateway_subgraph_call_ms');
  const eventLoop = monitorEventLoopDelay({ resolution: 20 });
  eventLoop.enable();
  const all: Readonly<Record<string, Gauge>> = {
    guanxi_gateway_event_loop_delay_p99_ms: () => eventLoop.percentile(99) / 1e6,
    guanxi_gateway_heap_bytes: () => process.memoryUsage().heapUsed,
    process_resident_memory_bytes: () => process.memoryUsage.rss(),
    process_cpu_seconds_total: () => cpuSeconds(),
    ...gauges,
  };
  return {
    request: (lane, code, ms) => requests.observe({ lane, code }, ms),
    subgraphCall: (service, outcome, ms) => calls.observe({ service, outcome }, ms),
    render: () => {
      const lines = Object.entries(all).flatMap(([name, read]) => [
        `# TYPE ${name} gauge`,
        `${name} ${read()}`,
      ]);
      eventLoop.reset();
      return [...requests.render(), ...calls.render(), ...lines, ''].join('\n');
    },
  };
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

type Series = { readonly labels: string; readonly counts: number[]; sum: number; count: number };

type Histogram = {
  readonly observe: (labels: Labels, value: number) => void;
  readonly render: () => readonly string[];
};

function createHistogram(name: string): Histogram {
  const series = new Map<string, Series>();
  const observe = (labels: Labels, value: number): void => {
    const text = textOf(labels);
    let one = series.get(text);
    if (!one) {
      one = { labels: text, counts: bucketsMs.map(() => 0), sum: 0, count: 0 };
      series.set(text, one);
    }
    one.sum += value;
    one.count += 1;
    const bucket = bucketsMs.findIndex((bound) => value <= bound);
    if (bucket >= 0) one.counts[bucket] = (one.counts[bucket] ?? 0) + 1;
  };
  const render = (): readonly string[] => [
    `# TYPE ${name} histogram`,
    ...[...series.values()].flatMap((one) => renderSeries(name, one)),
  ];
  return { observe, render };
}

function renderSeries(name: string, { labels, counts, sum, count }: Series): readonly string[] {
  let total = 0;
  const buckets = bucketsMs.map((bound, index) => {
    total += counts[index] ?? 0;
    return `${name}_bucket{${labels},le="${bound}"} ${total}`;
  });
  return [
    ...buckets,
    `${name}_bucket{${labels},le="+Inf"} ${count}`,
    `${name}_sum{${labels}} ${sum}`,
    `${name}_count{${labels}} ${count}`,
  ];
}

const textOf = (labels: Labels): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replaceAll(/[\\"\n]/g, '')}"`)
    .join(',');
