module.exports = {
  root: true,
  extends: ["html-validate:recommended", "html-validate:document"],
  rules: {
    // VoiceOver forgets that a list without bullets is one, unless its role says so.
    "no-redundant-role": "off",
    "prefer-native-element": ["error", { exclude: ["list"] }],
    // allauth's forms for passkeys are sent by its script, with what the browser's dialog answered.
    "wcag/h32": "off",
    // Everything comes from the journal itself.
    "require-sri": "off",
    // Taste, and what loops in templates leave behind.
    "no-trailing-whitespace": "off",
  },
}
