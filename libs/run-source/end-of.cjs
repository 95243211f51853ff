/** Ends a bundle's code: with it the code is whole, and of that making. */
const endOf = (made) => `\n// made: ${made}\n`;

module.exports = { endOf };
