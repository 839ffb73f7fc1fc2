//! The picture of a hash: a table of its fields.

use super::ttl::{format_ttl, ttl_bar};
use super::{change_mark, change_role, more_line, shown_part, truncate_label};
use crate::markup::{DisplayWidth as _, Line, Role, Span, Style, pad_end};
use crate::messages::render as messages;
use crate::session::picture::{Change, Field, Piece};

/// The maximum width of the field-name column, in terminal columns.
const MAX_NAME: usize = 24;

/// The maximum width of the bar that shows a field's time to live, in columns.
const TTL_BAR: usize = 8;

pub(super) fn layout(pieces: &[Piece<Field>], style: Style) -> Vec<Line> {
    let fields = || pieces.iter().filter_map(shown_part);
    let names = fields().map(|field| field.name.text.width()).max().unwrap_or(0);
    let name_column = names.clamp(5, MAX_NAME.min(style.width / 3));
    let rest = style.width.saturating_sub(name_column + 7);
    let values = fields().map(|field| value(field, usize::MAX, style).width()).max().unwrap_or(0);
    let has_ttl = fields().any(|field| field.ttl.is_some());
    let value_column = values.clamp(5, if has_ttl { rest.saturating_sub(10).max(5) } else { rest });
    let mut head = format!(
        "   {}  {}",
        pad_end(&messages::field_column(), name_column),
        pad_end(&messages::value_column(), value_column)
    );
    if has_ttl {
        let long = messages::expires_in_column();
        let fits = head.width() + 2 + long.width() < style.width;
        head = format!("{head}  {}", if fits { long } else { messages::expires_column() });
    }
    let line = style.choose("─", "-");
    let ruled = if has_ttl { style.width - 4 } else { name_column + value_column + 2 };
    let mut lines = vec![
        vec![Span::new(Role::Muted, head.trim_end().to_owned())],
        vec![Span::new(Role::Muted, format!("   {}", line.repeat(ruled)))],
    ];
    for piece in pieces {
        let field = match piece {
            Piece::Part(field) => field,
            Piece::More(count) => {
                lines.push(more_line(&messages::more_parts(count), style));
                continue;
            }
        };
        let role = change_role(&field.change);
        let name_role = if field.change == Change::Same { Role::Code } else { role };
        let mut line = vec![
            Span::new(role, format!(" {} ", change_mark(&field.change))),
            Span::new(name_role, pad_end(&truncate_label(&field.name, name_column, style), name_column)),
            Span::new(role, format!("  {}", pad_end(&value(field, value_column, style), value_column))),
        ];
        if let Some(ttl) = field.ttl {
            let left = format!("  {} ", format_ttl(ttl.left_ms));
            let used = name_column + value_column + 5 + left.width();
            line.push(Span::new(Role::Plain, left));
            line.extend(ttl_bar(ttl, TTL_BAR.min(style.width.saturating_sub(used + 1)), style));
        }
        lines.push(line);
    }
    lines
}

/// Returns the value of a field, followed by the old value if both fit.
fn value(field: &Field, columns: usize, style: Style) -> String {
    let value = truncate_label(&field.value, columns, style);
    let Change::ChangedFrom(old) = &field.change else { return value };
    let both = messages::value_and_old_value(&value, truncate_label(old, columns, style));
    if both.width() <= columns { both } else { value }
}
