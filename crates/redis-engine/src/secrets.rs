//! Which words of a command are secret, so that MONITOR and the slow log do not show them.

/// The parameters whose values are secret.
const SECRET_PARAMETERS: [&str; 5] =
    ["requirepass", "masterauth", "masteruser", "tls-key-file-pass", "tls-client-key-file-pass"];

/// Returns for each word of a call whether it is secret. `name` is the name of the command's row.
pub(crate) fn secret_words(name: &str, argv: &[&[u8]]) -> Vec<bool> {
    let is = |index: usize, word: &str| argv.get(index).is_some_and(|arg| arg.eq_ignore_ascii_case(word.as_bytes()));
    (0..argv.len())
        .map(|index| match name {
            "AUTH" => index > 0,
            "HELLO" => index > 0 && (is(index - 1, "AUTH") || index > 1 && is(index - 2, "AUTH")),
            "ACL SETUSER" | "ACL GETUSER" | "ACL DELUSER" => index > 1,
            "CONFIG SET" => {
                index > 2 && index % 2 == 1 && SECRET_PARAMETERS.iter().any(|parameter| is(index - 1, parameter))
            }
            _ => false,
        })
        .collect()
}
