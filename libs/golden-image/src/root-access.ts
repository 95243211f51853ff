import { userInfo } from 'node:os';
import { imageRootUnusable } from '@polydev/errors';

/** What a file system says to who may not, or of what is of another kind than it should be. */
const REFUSALS = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EISDIR', 'EEXIST', 'ENOTEMPTY', 'EINVAL', 'ELOOP']);

/** Does what reads or writes at or below the root of the images; what the file system refuses there is told as IMAGE_ROOT_UNUSABLE. */
export const tellingRefusal = async <T>(root: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    const { code = '', path } = error as NodeJS.ErrnoException;
    if (!REFUSALS.has(code) || path === undefined || !`${path}/`.startsWith(`${root}/`)) throw error;
    throw imageRootUnusable({ root, path, user: userInfo().username, reason: code, cause: error });
  }
};
