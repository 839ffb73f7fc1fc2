//! The first line of a script, which may set flags: `#!lua flags=no-writes`.

use super::FunctionFlags;
use crate::error::Error;
use crate::resp::quoting;

/// Returns the flags in the first line of a script, and the rest of the script from the end of the first line on.
/// Returns `None` and the whole script if it does not start with `#!`.
///
/// # Errors
/// Returns an error if the first line is not valid.
pub(crate) fn shebang_flags(script: &[u8]) -> Result<(Option<FunctionFlags>, &[u8]), Error> {
    if !script.starts_with(b"#!") {
        return Ok((None, script));
    }
    let end = script.iter().position(|&byte| byte == b'\n');
    let end = end.ok_or(Error::from_static("ERR Invalid script shebang"))?;
    let words = quoting::split(&script[..end]).unwrap_or_default();
    let Some((engine, options)) = words.split_first() else {
        return Err(Error::from_static("ERR Invalid engine in script shebang"));
    };
    if engine != b"#!lua" {
        return Err(Error::new([b"ERR Unexpected engine in script shebang: ", &engine[..]].concat()));
    }
    let mut flags = 0;
    for option in options {
        let Some(names) = option.strip_prefix(b"flags=") else {
            return Err(Error::new([b"ERR Unknown lua shebang option: ", &option[..]].concat()));
        };
        for name in names.split(|&byte| byte == b',').filter(|_| !names.is_empty()) {
            let bit = FunctionFlags::bit(name);
            flags |= bit.ok_or_else(|| Error::new([b"ERR Unexpected flag in script shebang: ", name].concat()))?;
        }
    }
    Ok((Some(FunctionFlags::from_bits(flags)), &script[end..]))
}
