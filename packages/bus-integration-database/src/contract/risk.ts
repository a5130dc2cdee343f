/**
 * What carrying a step out may do to others. `create` makes something new or only reads; `grant` adds rights;
 * `update` changes something that exists; `rotate` replaces a password; `weaken-tls` has services connect with less
 * protection than before; `revoke` takes rights away; `destructive` loses something.
 */
export const risks = ['create', 'grant', 'update', 'rotate', 'weaken-tls', 'revoke', 'destructive'] as const;
export type Risk = (typeof risks)[number];
