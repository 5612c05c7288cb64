/**
 * Runs a program where packages are missing: each of them throws the moment it is looked for, by `import` or `require`.
 * The first argument lists them, separated by commas; the second is the program, the others are its own.
 */
import Module, { register } from 'node:module';
import { pathToFileURL } from 'node:url';

const [, , names = '', program = '', ...words] = process.argv;
const missing = names.split(',');

// `require`, which is how the database’s driver is loaded.
const resolver = Module as unknown as { _resolveFilename: (request: string, ...rest: unknown[]) => string };
const resolve = resolver._resolveFilename.bind(Module);
resolver._resolveFilename = (request, ...rest) => {
  if (missing.some((name) => request === name || request.startsWith(`${name}/`))) throw absent(request);
  return resolve(request, ...rest);
};

// `import`, on the thread of the hooks.
const hooks = `
  const missing = ${JSON.stringify(missing)};
  export function resolve(specifier, context, next) {
    if (missing.some((name) => specifier === name || specifier.startsWith(name + '/'))) {
      throw new Error('the package ' + specifier + ' is missing');
    }
    return next(specifier, context);
  }`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);

process.argv.splice(1, process.argv.length - 1, program, ...words);
await import(pathToFileURL(program).href);

function absent(request: string): Error {
  return new Error(`the package ${request} is missing`);
}
