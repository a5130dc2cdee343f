// Whether answers are what the OpenAPI document says, judged by another's JSON Schema validator.
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { openApiDocument } from '../src/http/openapi.ts';

const document = openApiDocument({ isAuthenticating: true });

// biome-ignore lint/suspicious/noExplicitAny: a document is walked by its own words
type Json = any;

/** What is wrong with an answer to `METHOD route`; nothing when it is as documented. */
export function answerFaults(method: string, route: string, status: number, type: string | null, body: unknown) {
  const responses = (document as Json).paths[route]?.[method.toLowerCase()]?.responses;
  if (responses === undefined) return [`${method} ${route} is not in the document`];
  const content = (responses[status] ?? responses.default)?.content?.[(type ?? '').split(';')[0] ?? ''];
  if (content === undefined) return [`${method} ${route}: no ${status} of ${type}`];
  const pointer = String(content.schema.$ref ?? '');
  if (pointer === '') return typeof body === 'string' ? [] : ['expected text'];
  const validate = ajv.getSchema(`api${pointer}`);
  if (validate === undefined) return [`${pointer} points to nothing`];
  return validate(body) ? [] : (validate.errors ?? []).map((fault) => `${fault.instancePath} ${fault.message}`);
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
// The package is CommonJS: what Node gives as its default is the function itself.
(formats as unknown as { default?: (ajv: Ajv2020) => void }).default?.(ajv) ??
  (formats as never as (a: Ajv2020) => void)(ajv);
ajv.addSchema({ ...document, $id: 'api' });
