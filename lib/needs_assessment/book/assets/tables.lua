-- Tables for both renderers: the first column heads its row, and the content, not the dashes in
-- the source text, decides how wide a column is.

local LINE = 104     -- characters of a table's size that fit on a line of the PDF
local FULL = 111     -- the same in a table of prose, which is set smaller
local MANY = 114     -- and in one of more than five columns (see typst-template.typ)
local SHORT = 17     -- a column of a word or two, best on one line
local PADDING = 4
local PROSE = 60     -- a column of sentences

local html = FORMAT:match "html" ~= nil

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

-- The least share of the line that each column can do with: its longest piece that cannot be
-- broken, and the whole of a short column that is among those `whole`.
local function least_shares(longest, pieces, whole)
  local least, sum = {}, 0
  local line = #longest > 5 and MANY or FULL
  for index, length in ipairs(longest) do
    local needed = whole[index] and length <= SHORT and length or pieces[index] or 0
    least[index] = (needed + PADDING) / line
    sum = sum + least[index]
  end
  return least, sum
end

-- The line shared out by `weights`, no column getting less than its part of `least`; nil where
-- that does not go in.
local function share_out(weights, least)
  local fixed, left, result = {}, 1, {}
  local changed = true
  while changed do
    local total = 0
    changed = false
    for index, weight in ipairs(weights) do
      if not fixed[index] then total = total + weight end
    end
    for index, weight in ipairs(weights) do
      result[index] = fixed[index] or left * weight / total
      if result[index] < least[index] then
        fixed[index], left, changed = least[index], left - least[index], true
        break
      end
    end
    if left <= 0 then return nil end
  end
  return result
end

-- The length of the longest text of each column, and of its longest piece that cannot be broken;
-- the sum of the squared lengths; and whether all that stands under its heading is a number, a
-- date or nothing.
local function measures(tbl)
  local longest, pieces, squares, numbers = {}, {}, {}, {}
  local heads = #tbl.head.rows
  for place, row in ipairs(all_rows(tbl)) do
    for index, cell in ipairs(row.cells) do
      local text = pandoc.utils.stringify(cell.contents)
      local length = pandoc.text.len(text)
      longest[index] = math.max(longest[index] or 0, length)
      squares[index] = (squares[index] or 0) + (length + PADDING) ^ 2
      -- Lines also break after the signs in a file's name, but not before a digit.
      for piece in text:gsub("([/-])(%D)", "%1 %2"):gmatch "%S+" do
        pieces[index] = math.max(pieces[index] or 0, pandoc.text.len(piece))
      end
      if place > heads then
        numbers[index] = numbers[index] ~= false and (text == "" or text:match "[%d%[]" ~= nil)
      end
    end
  end
  return longest, pieces, squares, numbers
end

-- Shares of the line for the columns of a table that is wider than the line; nil where Typst's own
-- fit is best. Typst gives every long column the same width, a name as much as its definition. The
-- squares of the cells' heights in lines, length / width, have the least sum where each width is
-- the cube root of its column's sum of squared lengths.
local function shares(longest, pieces, squares, numbers)
  local needed, weights = 0, {}
  for index, length in ipairs(longest) do
    needed = needed + length + PADDING
    weights[index] = squares[index] ^ (1 / 3)
  end
  if needed <= LINE then return nil end
  local all = {}
  for index in ipairs(longest) do all[index] = true end
  local least, sum = least_shares(longest, pieces, all)
  if sum > 0.8 then least, sum = least_shares(longest, pieces, numbers) end
  if sum > 0.9 then least = least_shares(longest, pieces, {}) end
  return share_out(weights, least)
end

-- On the page, the headings say how wide a column wants to be (page.css).
local function mark_columns(rows, longest)
  for _, row in ipairs(rows) do
    for index, cell in ipairs(row.cells) do
      local length = longest[index]
      local class = length > PROSE and "prose" or length > SHORT and "words" or length > 11 and "short"
      if class then cell.attr.classes:insert(class) end
    end
  end
end

function Table(tbl)
  local longest, pieces, squares, numbers = measures(tbl)
  -- What is read once for all formats (JSON) has both; each format takes its own.
  if html or FORMAT == "json" then mark_columns(tbl.head.rows, longest) end
  local widths = not html and shares(longest, pieces, squares, numbers) or {}
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
