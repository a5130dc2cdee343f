// Where a developer's own machine has its events API, and the token for it; what the dispatcher gives to commands.

export const localEventsUrl = 'http://127.0.0.1:8081/local/v1';
export const localTokenFile = '.bus/tokens/local-events.jwt';
