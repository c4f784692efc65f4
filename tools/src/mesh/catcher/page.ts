import type { Caught } from './inbox.ts';

const style = `body{font:15px/1.5 system-ui;margin:2rem auto;max-width:60rem;padding:0 1rem}
article{border-top:1px solid #ccc;padding:.5rem 0}h2{font-size:1rem;margin:0}
small{color:#666}pre{white-space:pre-wrap;font:inherit;margin:.5rem 0}`;

/** The inbox as a page that looks again every few seconds. What was sent is shown as text only. */
export const renderPage = (title: string, messages: readonly Caught[]): string => `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="5">
<title>${escape(title)}</title><style>${style}</style>
<h1>${escape(title)}</h1>
${messages.length === 0 ? '<p>Nothing was sent yet.</p>' : messages.map(renderMessage).join('\n')}
</html>
`;

const renderMessage = ({ id, receivedAt, to, title, text }: Caught): string => `<article>
<h2><a href="/message?id=${encodeURIComponent(id)}">${escape(title)}</a></h2><small>${escape(receivedAt)} to ${escape(to.join(', '))}</small>
<pre>${escape(text)}</pre></article>`;

/** One message: what it says, its headers, and in a frame of its own what it looks like. */
export function renderMessagePage(message: Caught & { readonly [part: string]: unknown }): string {
  const { title, receivedAt, to, text, html, headers } = message;
  const lines = Object.entries(Object(headers)).map(([name, value]) => `${name}: ${String(value)}`);
  const look =
    typeof html === 'string'
      ? `<iframe sandbox title="As it looks" srcdoc="${escape(html)}" style="width:100%;height:20rem"></iframe>`
      : '';
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>${escape(title)}</title><style>${style}</style>
<p><a href="/">All messages</a></p><h1>${escape(title)}</h1>
<small>${escape(receivedAt)} to ${escape(to.join(', '))}</small>
<pre>${escape(text)}</pre>${look}
${lines.length === 0 ? '' : `<h2>Headers</h2><pre>${escape(lines.join('\n'))}</pre>`}
</html>
`;
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
