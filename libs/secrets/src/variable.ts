import { secretNameInvalid, secretValueInvalid } from '@polydev/errors';

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,199}$/;

/** Bytes of one environment variable that Linux hands to a program: name, `=`, value and the NUL at its end. */
const LONGEST = 128 * 1024;

/** Whether it can be the name of an environment variable. */
export const isVariableName = (name: string): boolean => NAME.test(name);

/** Why no program could be given this value; undefined = it could. */
export const valueProblem = (name: string, value: string): string | undefined => {
  if (value.includes('\0')) return 'has a NUL byte in it, which no environment variable can hold';
  if (/\p{Surrogate}/u.test(value)) return 'is not text: half of a surrogate pair stands in it';
  if (Buffer.byteLength(value) + name.length + 2 > LONGEST)
    return 'is longer than an environment variable can be (128 KiB with its name)';
  return undefined;
};

/** Throws SECRET_NAME_INVALID or SECRET_VALUE_INVALID. */
export const checkVariable = (name: string, value: string): void => {
  if (!isVariableName(name)) throw secretNameInvalid();
  const reason = valueProblem(name, value);
  if (reason !== undefined) throw secretValueInvalid({ name, reason });
};
