/**
 * `countersign guard pin sign`: an officer answers for a pin. What it says is shown before it is signed, from the very
 * bytes that are signed; the key stays with the officer’s ssh-keygen, agent or device.
 */
import { Option } from 'commander';
import { resolve } from 'node:path';
import { PIN_PURPOSE, signerOf } from '../../client/pin/officer.ts';
import { readAnyPin } from '../../client/pin/pin-file.ts';
import { readNamedFile } from '../../platform/named-file.ts';
import { signWithSshKeygen } from '../../platform/ssh-keygen.ts';
import { sha256 } from '../../tuf/digest.ts';
import { defineCommand } from '../command.ts';
import { MAX_PIN_BYTES } from '../guard-enrolments.ts';
import { pinStatements, statementLines } from '../guard-pin-words.ts';
import { signaturePath } from '../guard-signed-pin.ts';
import { requireSensiblePin } from '../guard-trust.ts';

interface Given {
  readonly pin: string;
  readonly key: string;
}

export const guardPinSignCommand = defineCommand<Given>({
  name: 'sign',
  summary: 'answer for a pin as an officer: sign it with an SSH key',
  details:
    'Writes PIN.sig beside the pin. Signing is done by ssh-keygen, so agents, passphrases and hardware keys work as ' +
    'they do there: --key takes the private key file, or the .pub file of a key that the agent holds. Guards that were ' +
    'enrolled with --officer and this key take the pin.',
  arguments: [['<pin>', 'the pin file; its exact bytes are signed']],
  options: [new Option('--key <file>', 'the officer’s key, as ssh-keygen -f takes it').makeOptionMandatory()],
  examples: ['countersign guard pin sign pin.json --key officer'],
  changesSomething: true,
  async perform(invocation, given) {
    const { workingDirectory, environment } = invocation.surroundings;
    const path = resolve(workingDirectory, given.pin);
    const file = await readNamedFile(path, MAX_PIN_BYTES);
    const pin = readAnyPin(file);
    requireSensiblePin(pin);
    for (const line of statementLines(pinStatements(pin, new Map()))) invocation.remark(line);
    const digest = sha256(file);
    const document = { pin: path, sha256: digest, repository: pin.repository, file: signaturePath(path) };
    if (invocation.isRehearsal) {
      const lines = [`Would sign ${path} (SHA-256 ${digest}).`];
      return { lines, document: { ...document, officer: undefined, dryRun: true } };
    }
    const signature = await signWithSshKeygen({
      key: { file: resolve(workingDirectory, given.key) },
      namespace: PIN_PURPOSE,
      message: file,
      environment,
      tell: (line) => invocation.remark(line),
    });
    // What a guard would refuse is not written: another program could be called ssh-keygen here.
    const { fingerprint, type } = signerOf(file, signature);
    await invocation.disk.write(signaturePath(path), Buffer.from(signature, 'utf8'));
    return {
      lines: [`Signed ${path} (SHA-256 ${digest}) as ${fingerprint} (${type}): ${signaturePath(path)}`],
      document: { ...document, officer: fingerprint, dryRun: false },
    };
  },
});
