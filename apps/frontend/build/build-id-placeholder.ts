/** As long as the build id that takes its place, and found nowhere else in the output. */
export const BUILD_ID_PLACEHOLDER = 'build-id-not-yet';
