// What the processes of `npm start` say to each other by ending.

/**
 * A start that failed for a reason that another start would not change: configuration, port,
 * directory.
 */
export const EXIT_BAD_START = 1;

/** The process cannot go on, and another start will help. */
export const EXIT_RESTART_ME = 70;
