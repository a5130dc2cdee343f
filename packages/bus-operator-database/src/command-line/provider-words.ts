// What is said of the providers before one is loaded.

/** How the keys of their own begin. */
export const providerKeys = 'BUS_POSTGRES_*';

/** Which key names the server. */
export const serverKey = 'BUS_POSTGRES_ADMIN_DSN_FILE';
