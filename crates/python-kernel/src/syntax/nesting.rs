//! Detects source text that is nested too deeply to be parsed and compiled. The parser and the compiler are recursive,
//! and would overflow the stack.

use rustpython_compiler::ast::token::TokenKind;
use rustpython_compiler::parser::{self, Mode};

/// Number of open brackets from which on nesting is excessive, as in CPython.
const MAX_BRACKETS: usize = 200;
/// Number of indentation levels from which on nesting is excessive, as in CPython.
const MAX_INDENTS: usize = 100;
/// Maximum number of operators in an expression that may be nested inside each other. CPython's stack allows a few
/// thousand of them.
const MAX_OPERATORS: usize = 3000;

/// The kind of nesting that would overflow the compiler's stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExcessiveNesting {
    /// At least 200 brackets are open at the same time.
    Brackets,
    /// There are at least 100 levels of indentation.
    Indents,
    /// More than 3000 operators in an expression may be nested inside each other.
    Operators,
}

/// Returns the kind of nesting that is too deep to be compiled, or `None` if the source text is not nested too deeply.
/// Only tokenizes the source text, because parsing it could overflow the stack.
#[must_use]
pub fn excessive_nesting(source: &str) -> Option<ExcessiveNesting> {
    // Source text that is no longer than the smallest limit cannot exceed any of the limits, so it is not tokenized.
    if source.len() <= MAX_INDENTS {
        return None;
    }
    let mut lexer = parser::lexer::lex(source, Mode::Module);
    let mut indents = 0_usize;
    let mut nesting = Nesting::default();
    loop {
        let kind = lexer.next_token();
        match kind {
            TokenKind::EndOfFile => return None,
            TokenKind::Indent => indents += 1,
            TokenKind::Dedent => indents = indents.saturating_sub(1),
            kind => nesting.add(kind),
        }
        if nesting.outer.len() >= MAX_BRACKETS {
            return Some(ExcessiveNesting::Brackets);
        }
        if indents >= MAX_INDENTS {
            return Some(ExcessiveNesting::Indents);
        }
        if nesting.operators > MAX_OPERATORS {
            return Some(ExcessiveNesting::Operators);
        }
    }
}

/// The nesting of an expression at the current token.
#[derive(Default)]
struct Nesting {
    /// The operator chains outside of the innermost bracket, outermost first.
    outer: Vec<Chain>,
    /// The operator chain inside the innermost bracket.
    chain: Chain,
    /// Total number of operators in `outer` and `chain`.
    operators: usize,
}

/// A chain: a sequence of operators without a comma between them, so that each of them may be nested inside the
/// previous one.
#[derive(Default)]
struct Chain {
    /// The token that closes the bracket around the chain. `None` outside of all brackets.
    closing: Option<TokenKind>,
    operators: usize,
    /// Number of lambdas whose parameter lists are open. Commas between parameters do not end the operator chain,
    /// unlike other commas.
    lambdas: usize,
}

impl Nesting {
    fn add(&mut self, kind: TokenKind) {
        match kind {
            TokenKind::Lpar => self.open(TokenKind::Rpar),
            TokenKind::Lsqb => self.open(TokenKind::Rsqb),
            TokenKind::Lbrace => self.open(TokenKind::Rbrace),
            // A closing bracket of another kind is a syntax error. The parser then stays inside the open bracket, so
            // the chain continues.
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                if let Some(outer) = self.outer.pop_if(|_| self.chain.closing == Some(kind)) {
                    self.operators -= self.chain.operators;
                    self.chain = outer;
                }
            }
            TokenKind::Comma if self.chain.lambdas > 0 => {}
            TokenKind::Comma | TokenKind::Newline | TokenKind::Semi => {
                self.operators -= self.chain.operators;
                (self.chain.operators, self.chain.lambdas) = (0, 0);
            }
            TokenKind::Lambda => {
                self.chain.lambdas += 1;
                self.count_operator();
            }
            TokenKind::Colon => {
                self.chain.lambdas = self.chain.lambdas.saturating_sub(1);
                self.count_operator();
            }
            TokenKind::Else | TokenKind::Await | TokenKind::Yield | TokenKind::Async => self.count_operator(),
            _ if kind.is_operator() => self.count_operator(),
            _ => {}
        }
    }

    /// Starts the operator chain inside a bracket. The bracket also counts as an operator in the chain around it,
    /// because `f()()()` nests like `a.b.c`.
    fn open(&mut self, closing: TokenKind) {
        self.count_operator();
        let inner = Chain { closing: Some(closing), ..Chain::default() };
        self.outer.push(std::mem::replace(&mut self.chain, inner));
    }

    fn count_operator(&mut self) {
        self.chain.operators += 1;
        self.operators += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excessive_nesting_is_found_before_the_compiler_overflows() {
        let nested = |open: &str, close: &str, depth: usize| open.repeat(depth) + "1" + &close.repeat(depth);
        for (source, expected) in [
            (nested("(", ")", 200), Some(ExcessiveNesting::Brackets)),
            (nested("[", "]", 190), None),
            ("(".repeat(200_000), Some(ExcessiveNesting::Brackets)),
            (nested("-", "", 100_000), Some(ExcessiveNesting::Operators)),
            (nested("not ", "", 100_000), Some(ExcessiveNesting::Operators)),
            (nested("1+", "", 100_000), Some(ExcessiveNesting::Operators)),
            ("a".to_owned() + &".a".repeat(100_000), Some(ExcessiveNesting::Operators)),
            ("a".to_owned() + &"()".repeat(100_000), Some(ExcessiveNesting::Operators)),
            (nested("lambda:", "", 100_000), Some(ExcessiveNesting::Operators)),
            (nested("1 if 1 else ", "", 100_000), Some(ExcessiveNesting::Operators)),
            (nested("await ", "", 100_000), Some(ExcessiveNesting::Operators)),
            (nested("yield ", "", 100_000), Some(ExcessiveNesting::Operators)),
            (nested("async ", "", 100_000), Some(ExcessiveNesting::Operators)),
            (nested("lambda a, b: ", "", 100_000), Some(ExcessiveNesting::Operators)),
            (nested(&format!("({}", "not ".repeat(100)), ")", 190), Some(ExcessiveNesting::Operators)),
            ("{yield )".repeat(100_000), Some(ExcessiveNesting::Brackets)),
            (format!("[{}]", "lambda a, b: a, ".repeat(100_000)), None),
            (format!("[{}]", "-1, ".repeat(100_000)), None),
            ("x = 1 + 2\n".repeat(10_000), None),
            ("f('(((((((((((')\n".repeat(1_000), None),
            ((0..120).map(|i| format!("{}if 1:\n", " ".repeat(i))).collect(), Some(ExcessiveNesting::Indents)),
        ] {
            assert_eq!(excessive_nesting(&source), expected, "{}", &source[..40]);
        }
    }
}
