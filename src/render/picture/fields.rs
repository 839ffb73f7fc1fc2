//! A hash: a table of its fields.

use unicode_width::UnicodeWidthStr as _;

use super::{Canvas, lifetime_bar, mark, more, padded, part, role, time};
use crate::markup::{Line, Role, Span};
use crate::session::picture::{Change, Field, Piece};

/// The widest column of names.
const WIDEST_NAME: usize = 24;

/// The columns of a field's lifetime.
const LIFETIME: usize = 8;

pub(super) fn lines(pieces: &[Piece<Field>], canvas: Canvas) -> Vec<Line> {
    let fields = || pieces.iter().filter_map(part);
    let names = fields().map(|field| field.name.text.width()).max().unwrap_or(0);
    let name_column = names.clamp(5, WIDEST_NAME.min(canvas.width / 3));
    let rest = canvas.width.saturating_sub(name_column + 7);
    let values = fields().map(|field| value(field, usize::MAX, canvas).width()).max().unwrap_or(0);
    let some_expire = fields().any(|field| field.ttl.is_some());
    let value_column = values.clamp(5, if some_expire { rest.saturating_sub(10).max(5) } else { rest });
    let mut head = format!("   {}  {}", padded("field", name_column), padded("value", value_column));
    if some_expire {
        head.push_str("  expires in");
    }
    let head = if head.width() >= canvas.width { head.replace("expires in", "expires") } else { head };
    let line = canvas.either("─", "-");
    let ruled = if some_expire { canvas.width - 4 } else { name_column + value_column + 2 };
    let mut lines = vec![
        vec![Span::new(Role::Muted, head.trim_end().to_owned())],
        vec![Span::new(Role::Muted, format!("   {}", line.repeat(ruled)))],
    ];
    for piece in pieces {
        let field = match piece {
            Piece::Part(field) => field,
            Piece::More(count) => {
                lines.push(more(*count, canvas));
                continue;
            }
        };
        let role = role(&field.change);
        let name_role = if field.change == Change::Same { Role::Code } else { role };
        let mut line = vec![
            Span::new(role, format!(" {} ", mark(&field.change))),
            Span::new(name_role, padded(&canvas.fit(&field.name, name_column), name_column)),
            Span::new(role, format!("  {}", padded(&value(field, value_column, canvas), value_column))),
        ];
        if let Some(ttl) = field.ttl {
            let left = format!("  {} ", time(ttl.left_ms));
            let used = name_column + value_column + 5 + left.width();
            line.push(Span::new(Role::Plain, left));
            line.extend(lifetime_bar(ttl, LIFETIME.min(canvas.width.saturating_sub(used + 1)), canvas));
        }
        lines.push(line);
    }
    lines
}

/// The value, and what it was.
fn value(field: &Field, columns: usize, canvas: Canvas) -> String {
    let Change::Was(was) = &field.change else { return canvas.fit(&field.value, columns) };
    let both = format!("{} (was {})", canvas.fit(&field.value, columns), canvas.fit(was, columns));
    if both.width() <= columns { both } else { canvas.fit(&field.value, columns) }
}
