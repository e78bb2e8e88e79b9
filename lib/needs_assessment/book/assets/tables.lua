-- Tables for both renderers: the first column heads its row, and the content, not the dashes in
-- the source text, decides how wide a column is.

local LINE = 92      -- characters of a table's size that fit on a line of the PDF
local SENTENCE = 48  -- a cell longer than this is prose, and wraps
local SHORT = 16     -- a column of a word or two
local PADDING = 3

local function head_rows(rows, scope)
  for _, row in ipairs(rows) do
    for index, cell in ipairs(row.cells) do
      if scope == "col" or index == 1 then
        cell.attr.attributes.scope = scope
      end
    end
  end
end

local function all_rows(tbl)
  local rows = pandoc.List {}
  rows:extend(tbl.head.rows)
  for _, body in ipairs(tbl.bodies) do rows:extend(body.body) end
  return rows
end

-- Shares of the line for the columns of a table of prose; nil where Typst's own fit is best.
-- Typst gives every long column the same width, a name as much as its definition.
local function shares(tbl)
  local longest, words = {}, {}
  for _, row in ipairs(all_rows(tbl)) do
    for index, cell in ipairs(row.cells) do
      local text = pandoc.utils.stringify(cell.contents)
      longest[index] = math.max(longest[index] or 0, pandoc.text.len(text))
      for word in text:gmatch "%S+" do
        words[index] = math.max(words[index] or 0, pandoc.text.len(word))
      end
    end
  end
  local needed = 0
  for _, length in ipairs(longest) do needed = needed + length + PADDING end
  if needed <= LINE or math.max(0, table.unpack(longest)) <= SENTENCE then return nil end

  -- Short columns keep their words on a line; prose shares what is left, the longer the more.
  local result, weights, left, total = {}, {}, 1, 0
  for index, length in ipairs(longest) do
    if length <= SHORT then
      result[index] = (length + PADDING) / LINE
      left = left - result[index]
    else
      local prose = SENTENCE + math.max(0, length - SENTENCE) / 5
      weights[index] = math.max(words[index], math.min(length, prose, 2 * SENTENCE))
      total = total + weights[index]
    end
  end
  if left < 0.3 then return nil end
  for index, weight in pairs(weights) do result[index] = left * weight / total end
  return result
end

function Table(tbl)
  local widths = FORMAT:match "typst" and shares(tbl) or {}
  for index, spec in ipairs(tbl.colspecs) do
    tbl.colspecs[index] = { spec[1], widths[index] }
  end
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
