// A regular expression of a pg_hba.conf, tried in time that grows with its length times the text's and no faster.
// https://www.postgresql.org/docs/current/functions-matching.html#FUNCTIONS-POSIX-REGEXP
import { type Boundary, DoubtfulRegex, InvalidRegex, type RegexNode } from './node.ts';
import { parseRegex } from './parse.ts';
import { type ByteSet, classSet } from './set.ts';

/** A step of a machine that is in many places at once: never is a text tried twice. */
type Instruction =
  | { readonly kind: 'byte'; readonly set: ByteSet }
  | { readonly kind: 'place'; readonly place: Boundary }
  | { readonly kind: 'fork'; readonly targets: readonly number[] }
  | { readonly kind: 'done' };

export type HbaRegex =
  | {
      readonly kind: 'program';
      readonly program: readonly Instruction[];
      /** What every match begins with, at the text's begin: most texts are done with there. */
      readonly beginning: readonly ByteSet[];
      readonly heedsNewlines: boolean;
    }
  | { readonly kind: 'invalid'; readonly reason: string }
  | { readonly kind: 'doubtful'; readonly reason: string };

/** Reads the pattern without its slash. */
export function hbaRegex(pattern: string): HbaRegex {
  try {
    const { node, heedsNewlines } = parseRegex(pattern);
    const program: Instruction[] = [];
    emit(node, program);
    program.push({ kind: 'done' });
    return { kind: 'program', program, beginning: beginningOf(program), heedsNewlines };
  } catch (error) {
    if (error instanceof InvalidRegex) return { kind: 'invalid', reason: error.message };
    if (error instanceof DoubtfulRegex) return { kind: 'doubtful', reason: error.message };
    throw error;
  }
}

/** Whether some part of the text matches; undefined where that is not known here. */
export function matchesRegex(regex: HbaRegex, text: string): boolean | undefined {
  if (regex.kind !== 'program' || (regex.heedsNewlines && text.includes('\n'))) return undefined;
  const bytes = Buffer.from(text, 'utf8');
  const { program, beginning } = regex;
  if (beginning.some((set, at) => at >= bytes.length || set[bytes[at] as number] !== 1)) return false;
  let places = new Set<number>();
  for (let at = 0; ; at += 1) {
    // A match may begin anywhere.
    if (settle(0, program, bytes, at, places)) return true;
    if (at === bytes.length) return false;
    const next = new Set<number>();
    for (const place of places) {
      const instruction = program[place];
      if (instruction?.kind !== 'byte' || instruction.set[bytes[at] as number] !== 1) continue;
      if (settle(place + 1, program, bytes, at + 1, next)) return true;
    }
    places = next;
  }
}

function beginningOf(program: readonly Instruction[]): ByteSet[] {
  const beginning: ByteSet[] = [];
  const [first] = program;
  if (first?.kind !== 'place' || first.place !== 'begin') return beginning;
  for (const instruction of program.slice(1)) {
    if (instruction.kind !== 'byte') break;
    beginning.push(instruction.set);
  }
  return beginning;
}

/** Real patterns have a few dozen steps; the server itself refuses some that would have more than this. */
const longestProgram = 2_000;

function emit(node: RegexNode, program: Instruction[]): void {
  if (program.length > longestProgram) throw new DoubtfulRegex('it is too large');
  switch (node.kind) {
    case 'set':
      program.push({ kind: 'byte', set: node.set });
      return;
    case 'place':
      program.push(node);
      return;
    case 'sequence':
      for (const part of node.parts) emit(part, program);
      return;
    case 'choice':
      emitChoice(node.parts, program);
      return;
    case 'repeat':
      emitRepeat(node, program);
  }
}

function emitChoice(parts: readonly RegexNode[], program: Instruction[]): void {
  const fork = program.push({ kind: 'done' }) - 1;
  const starts: number[] = [];
  const ends: number[] = [];
  for (const part of parts) {
    starts.push(program.length);
    emit(part, program);
    ends.push(program.push({ kind: 'done' }) - 1);
  }
  program[fork] = { kind: 'fork', targets: starts };
  for (const end of ends) program[end] = { kind: 'fork', targets: [program.length] };
}

function emitRepeat({ part, least, most }: RegexNode & { kind: 'repeat' }, program: Instruction[]): void {
  for (let count = 0; count < least; count += 1) emit(part, program);
  if (most === Number.POSITIVE_INFINITY) {
    const start = program.push({ kind: 'done' }) - 1;
    emit(part, program);
    program.push({ kind: 'fork', targets: [start] });
    program[start] = { kind: 'fork', targets: [start + 1, program.length] };
    return;
  }
  const skips: number[] = [];
  for (let count = least; count < most; count += 1) {
    skips.push(program.push({ kind: 'done' }) - 1);
    emit(part, program);
  }
  for (const skip of skips) program[skip] = { kind: 'fork', targets: [skip + 1, program.length] };
}

/** Follows all that takes no byte; true when the end of the pattern is reached. */
function settle(
  start: number,
  program: readonly Instruction[],
  bytes: Uint8Array,
  at: number,
  into: Set<number>,
): boolean {
  const waiting = [start];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    if (into.has(place)) continue;
    into.add(place);
    const instruction = program[place] as Instruction;
    if (instruction.kind === 'done') return true;
    if (instruction.kind === 'fork') waiting.push(...instruction.targets);
    if (instruction.kind === 'place' && isAt(instruction.place, bytes, at)) waiting.push(place + 1);
  }
  return false;
}

const word = classSet('word') as ByteSet;

function isAt(place: Boundary, bytes: Uint8Array, at: number): boolean {
  if (place === 'begin') return at === 0;
  if (place === 'end') return at === bytes.length;
  const isBefore = at > 0 && word[bytes[at - 1] as number] === 1;
  const isBehind = at < bytes.length && word[bytes[at] as number] === 1;
  if (place === 'word-begin') return !isBefore && isBehind;
  if (place === 'word-end') return isBefore && !isBehind;
  return (isBefore !== isBehind) === (place === 'word-border');
}
