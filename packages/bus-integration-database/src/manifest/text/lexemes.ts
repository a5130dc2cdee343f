// A text's lexemes, and whether they are too much for a reader of YAML: one that nests ever deeper, or holds nothing but
// commas, would take gigabytes to read. https://yaml.org/spec/1.2.2/
import { Lexer } from 'yaml';
import type { Span } from './source.ts';

/** A file of ten thousand databases has half as many. */
const mostLexemes = 600_000;
/** A manifest itself nests 7 deep. */
const deepest = 64;

/** All of them, signs of the lexer's own too; or what is too much, and where. */
export function lexemesOf(text: string): readonly string[] | (Span & { readonly what: 'deep' | 'many' }) {
  const lexemes: string[] = [];
  let [offset, count, flow, block, isContent] = [0, 0, 0, 0, false];
  for (const lexeme of new Lexer().lex(text)) {
    lexemes.push(lexeme);
    // Signs of the lexer's own stand for nothing in the text.
    if (lexeme === '\u0002' || lexeme === '\u0018' || lexeme === '\u001f') {
      isContent = lexeme === '\u001f';
      continue;
    }
    count += 1;
    if (!isContent) {
      if (lexeme === '[' || lexeme === '{') flow += 1;
      else if (lexeme === ']' || lexeme === '}') flow = Math.max(0, flow - 1);
      else if (lexeme === '-' || lexeme === '?' || lexeme === ':') block += 1;
      else if (lexeme === '\n' || lexeme === '\r\n' || lexeme === ',') block = 0;
      else if (/^ +$/.test(lexeme) && flow === 0 && lexeme.length > 4 * deepest) block = lexeme.length;
    }
    isContent = false;
    if (flow + block > deepest && (flow > deepest || block > deepest))
      return { start: offset, end: offset + lexeme.length, what: 'deep' };
    if (count > mostLexemes) return { start: offset, end: offset + lexeme.length, what: 'many' };
    offset += lexeme.length;
  }
  return lexemes;
}
