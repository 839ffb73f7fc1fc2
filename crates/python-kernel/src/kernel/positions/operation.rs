//! The instructions whose positions are corrected, in groups.

use rustpython_compiler::core::bytecode::{BinaryOperator, Instruction, IntrinsicFunction1};

/// What an instruction does. Instructions of the same group are emitted for the same kind of syntax.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// `x.a`
    LoadAttribute,
    /// `super().a`
    LoadSuperAttribute,
    /// `x.a = v`
    StoreAttribute,
    /// `del x.a`
    DeleteAttribute,
    /// `x[i]`
    LoadItem,
    /// `x[i] = v`
    StoreItem,
    /// `del x[i]`
    DeleteItem,
    /// `x`
    LoadVariable,
    /// `del x`
    DeleteVariable,
    /// `x + y`, `x += y`
    Operator,
    /// `x < y`
    Compare,
    /// `a, b = v`
    Unpack,
    /// `f(x)`, and the calls of decorators and of the methods of context managers
    Call,
    /// `{k: v}`, `{v}`
    BuildDisplay,
    /// `[*x]`, `{**x}`, `f(**x)`
    Extend,
    /// Adding one item to a list, a set or a dict, as in comprehensions
    Append,
    /// `f'{x}'`
    Format,
    /// `f'{x!r}'`
    Convert,
    /// `if x`, `x and y`, `not x`
    ToBool,
    /// `for … in x`, before the loop
    GetIterator,
    /// `for … in x`, in the loop
    Next,
    /// `yield x`
    Yield,
    /// `await x`, `yield from x`
    Await,
    /// Looking up the methods of a context manager
    LoadContextMethod,
    /// Calling `__exit__` with an exception
    ExitWithException,
    /// `raise x`, `assert x`
    Raise,
    /// `except x`
    MatchException,
    /// `case C(x)`
    MatchClass,
    /// Echoing the value of an expression at the prompt
    Echo,
}

impl Operation {
    /// Returns the group of an instruction with its argument, or `None` if its position is never corrected.
    pub fn of(instruction: Instruction, argument: u8) -> Option<Self> {
        Some(match instruction {
            Instruction::LoadAttr { .. } => Self::LoadAttribute,
            Instruction::LoadSuperAttr { .. } => Self::LoadSuperAttribute,
            Instruction::StoreAttr { .. } => Self::StoreAttribute,
            Instruction::DeleteAttr { .. } => Self::DeleteAttribute,
            Instruction::BinaryOp { .. } if matches!(argument.try_into(), Ok(BinaryOperator::Subscr)) => Self::LoadItem,
            Instruction::BinarySlice => Self::LoadItem,
            Instruction::BinaryOp { .. } => Self::Operator,
            Instruction::CompareOp { .. } => Self::Compare,
            Instruction::StoreSubscr | Instruction::StoreSlice => Self::StoreItem,
            Instruction::DeleteSubscr => Self::DeleteItem,
            Instruction::LoadName { .. }
            | Instruction::LoadGlobal { .. }
            | Instruction::LoadFast { .. }
            | Instruction::LoadFastBorrow { .. }
            | Instruction::LoadFastCheck { .. }
            | Instruction::LoadDeref { .. }
            | Instruction::LoadFromDictOrDeref { .. }
            | Instruction::LoadFromDictOrGlobals { .. } => Self::LoadVariable,
            Instruction::DeleteName { .. }
            | Instruction::DeleteGlobal { .. }
            | Instruction::DeleteFast { .. }
            | Instruction::DeleteDeref { .. } => Self::DeleteVariable,
            Instruction::UnpackSequence { .. } | Instruction::UnpackEx { .. } => Self::Unpack,
            Instruction::Call { .. } | Instruction::CallKw { .. } | Instruction::CallFunctionEx => Self::Call,
            Instruction::BuildMap { .. } | Instruction::BuildSet { .. } => Self::BuildDisplay,
            Instruction::ListExtend { .. }
            | Instruction::SetUpdate { .. }
            | Instruction::DictUpdate { .. }
            | Instruction::DictMerge { .. } => Self::Extend,
            Instruction::ListAppend { .. } | Instruction::SetAdd { .. } | Instruction::MapAdd { .. } => Self::Append,
            Instruction::FormatSimple | Instruction::FormatWithSpec => Self::Format,
            Instruction::ConvertValue { .. } => Self::Convert,
            Instruction::ToBool => Self::ToBool,
            Instruction::GetIter => Self::GetIterator,
            Instruction::ForIter { .. } => Self::Next,
            Instruction::YieldValue { .. } | Instruction::Resume { .. } => Self::Yield,
            Instruction::GetAwaitable { .. }
            | Instruction::GetAIter
            | Instruction::GetANext
            | Instruction::GetYieldFromIter
            | Instruction::Send { .. }
            | Instruction::CleanupThrow
            | Instruction::EndSend => Self::Await,
            Instruction::LoadSpecial { .. } => Self::LoadContextMethod,
            Instruction::WithExceptStart => Self::ExitWithException,
            Instruction::RaiseVarargs { .. } => Self::Raise,
            Instruction::CheckExcMatch | Instruction::CheckEgMatch => Self::MatchException,
            Instruction::MatchClass { .. } => Self::MatchClass,
            Instruction::CallIntrinsic1 { .. } if matches!(argument.try_into(), Ok(IntrinsicFunction1::Print)) => {
                Self::Echo
            }
            _ => return None,
        })
    }
}

/// Returns whether the instruction is only room for data of the instruction before it.
pub fn is_cache(instruction: Instruction) -> bool {
    matches!(instruction, Instruction::Cache)
}
