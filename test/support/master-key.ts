/** Every byte of the master key of stores under test. */
export const MASTER_KEY_BYTE = 7;
