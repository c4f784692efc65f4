import { describe, expect, test } from '@jest/globals';
import { emptyValues, exampleValues, mergeFieldNames } from './merge-field.ts';
import { fieldsOf, renderText, textProblems } from './merge-text.ts';

const values = { ...emptyValues, 'person.name': '李雷', 'person.salutation': '李先生' };

describe('a text', () => {
  test('is filled in, and says something else where nothing is known', () => {
    const source =
      '尊敬的{{ person.salutation }}{% if person.title %}（{{ person.title }}）{% else %}：{% endif %}{{ customer.name | default: "贵公司" }}';
    expect(renderText(source, 'TEXT', values)).toBe('尊敬的李先生：贵公司');
    expect(textProblems(source, 'TEXT')).toEqual([]);
    expect(fieldsOf(source)).toEqual(['person.salutation', 'person.title', 'customer.name']);
  });

  test('shows values of HTML as what they are', () => {
    const evil = { ...values, 'person.name': '<img src=x onerror=alert(1)>"&' };
    expect(renderText('<p>{{ person.name }}</p>', 'HTML', evil)).toBe(
      '<p>&lt;img src=x onerror=alert(1)&gt;&#34;&amp;</p>',
    );
    expect(renderText('{{ person.name }}', 'TEXT', evil)).toBe(evil['person.name']);
  });

  test('does not take what is in a value for a template', () => {
    const evil = { ...values, 'person.name': '{{ customer.name }}{% if %}' };
    expect(renderText('{{ person.name }}', 'TEXT', evil)).toBe(evil['person.name']);
  });

  test('may say every field', () => {
    const source = mergeFieldNames.map((name) => `{{ ${name} }}`).join(' ');
    expect(textProblems(source, 'TEXT')).toEqual([]);
    expect(renderText(source, 'TEXT', exampleValues('EN'))).toContain('Ms. Smith');
  });
});

describe('a text is refused', () => {
  test('for a field that there is not, with the list of those that there are', () => {
    const [problem, ...others] = textProblems('{{ person.salary }}{{ person.nmae }}', 'TEXT');
    expect(others).toEqual([]);
    expect(problem).toContain('"person.salary", "person.nmae"');
    for (const name of mergeFieldNames) expect(problem).toContain(name);
  });

  test.each([
    ['a short loop', '{% for i in (1..3) %}x{% endfor %}'],
    ['a loop', '{% for i in (1..1000000) %}x{% endfor %}'],
    ['a table of rows', '{% tablerow i in (1..1000000) %}x{% endtablerow %}'],
    ['a range', '{{ (1..100000000) }}'],
    ['an inclusion', '{% include "/etc/passwd" %}'],
    ['another inclusion', '{% render "x" %}'],
    ['a layout', '{% layout "x" %}'],
    ['an assignment', '{% assign x = 1 %}'],
    ['a block of statements', '{% liquid\necho person.name\n%}'],
    ['a value as it is', '{{ person.name | raw }}'],
    ['a filter that is not allowed', '{{ person.name | replace: "a", "b" }}'],
    ['a prototype', '{{ person.__proto__ }}'],
    ['a constructor', '{{ person.constructor.constructor }}'],
    ['a name that is computed', '{{ person[today] }}'],
    ['an object', '{{ person }}'],
    ['an end that is missing', '{{ person.name'],
    ['a condition without end', '{% if person.name %}x'],
  ])('for %s, at once', (_, source) => {
    const startedAt = performance.now();
    expect(textProblems(source, 'TEXT')).toHaveLength(1);
    expect(textProblems(source, 'HTML')).toHaveLength(1);
    expect(performance.now() - startedAt).toBeLessThan(500);
  });

  test.each([
    ['a script', '<script>alert(1)</script>'],
    ['a frame', '<iframe src="x">'],
    ['a form', '<form action="x">'],
    ['a handler', '<p onclick="x()">'],
    ['an address that runs', '<a href="javascript:x()">x</a>'],
    ['a value within a tag', '<a href="{{ person.name }}">x</a>'],
    ['a value within a tag, behind others', '<a href="x{% if today %}y{% endif %}">x</a>'],
    ['a value within a style', '<style>p { color: {{ person.name }} }</style>'],
    ['a tag that a field would split', '<scr{{ today }}ipt>'],
  ])('for %s in HTML', (_, source) => {
    expect(textProblems(source, 'HTML').length).toBeGreaterThan(0);
  });

  test('but not for an address within a tag', () => {
    expect(textProblems('<a href="{{ unsubscribe.url }}">{{ today }}</a>', 'HTML')).toEqual([]);
  });
});
