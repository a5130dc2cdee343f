import { describe, expect, it } from 'vitest';
import { renderSettings } from '../src/configuration.ts';

describe('renderSettings', () => {
  it('quotes values, and lets the later record win', () => {
    expect(renderSettings({ a: '1', b: "it's \\" }, { a: '2', 'x.y': '' })).toBe(
      "a = '2'\nb = 'it''s \\\\'\nx.y = ''\n",
    );
  });

  it('refuses what would be another line', () => {
    expect(() => renderSettings({ 'a = 1\nb': '' })).toThrow('not a name of a setting');
    expect(() => renderSettings({ a: "1'\nb = '2" })).toThrow('more than one line');
  });
});
