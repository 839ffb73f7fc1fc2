//! Provides enough stack for the parser. The parser is recursive, and after a syntax error it may recurse at nearly
//! every token. With the usual stack, source text such as `async async async …` in an unfinished f-string would
//! overflow it and end the process.

use std::thread;

/// Maximum number of tokens for which the stack of every thread is large enough.
const FEW_TOKENS: usize = 200;

/// Stack size per token in bytes. Brackets need the most, about 2,400 bytes in a build with little optimisation.
const BYTES_PER_TOKEN: usize = 4 << 10;

/// Maximum stack size in bytes. The stack uses only address space until recursion needs it.
const MAX_STACK: usize = 1 << 30;

/// Calls `answer` and returns its result. If `source` is long, makes the call on a thread with a large stack.
pub fn with_enough_stack<T: Send>(source: &str, answer: impl FnOnce() -> T + Send) -> T {
    let tokens = most_tokens(source);
    if tokens <= FEW_TOKENS {
        return answer();
    }
    let mut answer = Some(answer);
    let large = thread::Builder::new().name("parser".to_owned()).stack_size(MAX_STACK.min(tokens * BYTES_PER_TOKEN));
    let answered = thread::scope(|scope| {
        let asked = large.spawn_scoped(scope, || answer.take().map(|answer| answer()));
        // The thread does not start if there is too little address space for its stack. `answer` is then called on this
        // thread.
        asked.ok().map(thread::ScopedJoinHandle::join)
    });
    match (answered, answer) {
        (Some(Ok(Some(answer))), _) => answer,
        (Some(Err(panic)), _) => std::panic::resume_unwind(panic),
        (_, Some(answer)) => answer(),
        (_, None) => unreachable!("a thread that has taken the question answers it"),
    }
}

/// Returns an upper bound on the number of tokens in source text: counts each word, and each other character except
/// whitespace.
fn most_tokens(source: &str) -> usize {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii();
    let mut before = b' ';
    let starts_token = |&byte: &u8| {
        let continues = is_word(byte) && is_word(before);
        before = byte;
        !(byte.is_ascii_whitespace() || continues)
    };
    source.as_bytes().iter().copied().filter(starts_token).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_never_more_than_the_words_and_other_characters() {
        for (source, most) in [("", 0), ("a = 1\n", 3), ("r.get('é日本')", 8), ("f'{x!r}'", 8), ("  \n\t", 0)] {
            assert_eq!(most_tokens(source), most, "{source}");
        }
    }

    #[test]
    fn a_question_about_a_long_source_is_answered_on_another_thread() {
        let here = thread::current().id();
        assert_eq!(with_enough_stack("a", || thread::current().id()), here);
        assert_ne!(with_enough_stack(&"a ".repeat(FEW_TOKENS + 1), || thread::current().id()), here);
    }
}
