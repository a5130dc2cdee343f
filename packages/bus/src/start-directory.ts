// The directory in which a process was started, and what becomes of one that was removed meanwhile.

/**
 * A function that names the directory in which this process stands, and throws what the system said when it is gone. A
 * directory that is gone is left for `/`: libraries ask the process for it too, and would fail without need.
 *
 * @example
 * const cwd = startDirectory();
 * cwd(); // '/srv/deploy'
 */
export function startDirectory(): () => string {
  try {
    const directory = process.cwd();
    return () => directory;
  } catch (error) {
    process.chdir('/');
    return () => {
      throw error;
    };
  }
}

/** Whether an error says that the current directory is gone. */
export function isLostDirectory(error: unknown): boolean {
  const { syscall, code } = (error ?? {}) as NodeJS.ErrnoException;
  return syscall === 'uv_cwd' && code === 'ENOENT';
}

export const lostDirectoryText = 'the current directory no longer exists';
