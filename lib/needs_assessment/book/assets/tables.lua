-- Tables for both renderers: the first column heads its row, and the page, not the source text,
-- decides how wide a column is.

local function head_rows(rows, scope)
  for _, row in ipairs(rows) do
    for index, cell in ipairs(row.cells) do
      if scope == "col" or index == 1 then
        cell.attr.attributes.scope = scope
      end
    end
  end
end

function Table(tbl)
  tbl.colspecs = tbl.colspecs:map(function(spec) return { spec[1], nil } end)
  head_rows(tbl.head.rows, "col")
  for _, body in ipairs(tbl.bodies) do
    body.row_head_columns = 1
    head_rows(body.body, "row")
  end
  return tbl
end

function Div(div)
  if FORMAT:match "typst" and div.classes:includes "table-notes" then
    local blocks = pandoc.Blocks { pandoc.RawBlock("typst", "#table-notes[") }
    blocks:extend(div.content)
    blocks:insert(pandoc.RawBlock("typst", "]"))
    return blocks
  end
end
