export type Attack = {
  readonly what: string;
  readonly body: string;
  readonly subject?: string;
  readonly format?: 'HTML' | 'TEXT';
};

const nested = (depth: number): string =>
  `${'{% if person.name %}'.repeat(depth)}x${'{% endif %}'.repeat(depth)}`;

/** Texts that no author has to be able to publish. */
export const attacks: readonly Attack[] = [
  { what: 'a million loops', body: '{% for i in (1..1000000) %}x{% endfor %}' },
  { what: 'a loop of loops', body: '{% tablerow i in (1..9999) %}x{% endtablerow %}' },
  { what: 'a loop without an end', body: '{% increment x %}{% cycle "a", "b" %}' },
  { what: 'ifs, 10,000 deep', body: nested(10_000) },
  { what: '9,000 fields', body: '{{ person.name }}'.repeat(9000) },
  { what: 'a text of a megabyte', body: 'x'.repeat(1_000_000) },
  { what: 'the constructor', body: '{{ person.constructor.constructor }}' },
  { what: 'the prototype', body: '{{ person.__proto__.polluted }}' },
  { what: 'the prototype by its name', body: `{{ person["__proto__"]["toString"] }}` },
  { what: 'what is everywhere', body: '{{ process.env }}{{ globalThis }}' },
  { what: 'a file', body: '{% include "/etc/passwd" %}' },
  { what: 'another template', body: '{% render "../secrets" %}' },
  { what: 'a layout', body: '{% layout "x" %}' },
  { what: 'a variable', body: '{% assign x = person.name %}{{ x }}' },
  { what: 'a captured text', body: '{% capture x %}y{% endcapture %}' },
  { what: 'a filter that joins', body: '{{ person.name | append: "x" | times: 9 }}' },
  { what: 'an unknown field', body: '{{ person.salary }}' },
  { what: 'a script', format: 'HTML', body: '<p>x</p><script>alert(1)</script>' },
  {
    what: 'a script that is split',
    format: 'HTML',
    body: '<scr{{ person.name }}ipt>alert(1)</script>',
  },
  { what: 'a handler', format: 'HTML', body: '<img src="x" onerror="alert(1)">' },
  { what: 'an address that runs', format: 'HTML', body: '<a href="JavaScript:alert(1)">x</a>' },
  { what: 'a value within a tag', format: 'HTML', body: '<a href="{{ person.name }}">x</a>' },
  { what: 'a value within a style', format: 'HTML', body: '<style>{{ person.name }}</style>' },
  { what: 'a frame', format: 'HTML', body: '<iframe src="//example.com"></iframe>' },
  { what: 'a form', format: 'HTML', body: '<form action="//example.com"><input name="p"></form>' },
  { what: 'a field that is not closed', body: '{{ person.name' },
  { what: 'a loop in the subject', subject: '{% for i in (1..1000000) %}x{% endfor %}', body: 'x' },
  { what: 'a header in the subject', subject: '你好\r\nBcc: all@example.com', body: 'x' },
];

/** What people are called who want to be more than a name. */
export const hostileNames: readonly string[] = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '{{ company.name }}{% if x %}',
  '李雷\r\nBcc: all@example.com',
  '李雷\u2028Bcc: all@example.com',
  '=?utf-8?B?DQpCY2M6IGFsbEBleGFtcGxlLmNvbQ==?=',
  '__proto__',
];
