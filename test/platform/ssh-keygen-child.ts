/** Asked by ssh-keygen-at-a-terminal.test.ts: signs with the key file named, with or without a terminal, and prints how it went. */
import { isRefusal } from '../../src/errors.ts';
import { signWithSshKeygen } from '../../src/platform/ssh-keygen.ts';

const [file = ''] = process.argv.slice(2);
try {
  const signature = await signWithSshKeygen({
    key: { file },
    namespace: 'pin.v1@countersign',
    message: Buffer.from('yes'),
    timeoutMs: 20_000,
  });
  console.log(`signed ${JSON.stringify(signature)}`);
} catch (error) {
  console.log(isRefusal(error) ? `${error.code}: ${error.what}` : error);
}
