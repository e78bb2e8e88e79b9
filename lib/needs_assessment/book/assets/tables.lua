-- Tables for both renderers: the first column heads its row, and the content, not the dashes in
-- the source text, decides how wide a column is.

local LINE = 104     -- characters of a table's size that fit on a line of the PDF
local FULL = 111     -- the same in a table of prose, which is set smaller
local MANY = 114     -- and in one of more than five columns (see typst-template.typ)
local SHORT = 17     -- a column of a word or two, best on one line
local NAME = 13      -- characters to a line below which names are hard to read,
local TEXT = 16      -- and sentences
local PADDING = 4
local BOLD = 1.1     -- how much longer a heading is than the same letters below it
local TALL = 1.3     -- how one row of many lines weighs against many rows of one
local RAGGED = 0.4   -- what the ends of broken lines leave unused, in lines
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
-- broken, and for the columns among those `whole` what stands below a short column's heading, or
-- what a longer text takes to be read.
local function least_shares(below, pieces, whole)
  local least, sum = {}, 0
  local line = #below > 5 and MANY or FULL
  for index, length in ipairs(below) do
    local needed = 0
    if whole[index] then
      needed = length <= SHORT and length or length <= PROSE and NAME or TEXT
    end
    least[index] = (math.max(needed, pieces[index]) + PADDING) / line
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

local function is_line(inline)
  return inline.t == "Span" and inline.classes:includes "line"
end

-- What is marked as a line stands on a line of its own in its cell. Returns whether the cell has
-- more lines than one.
local function break_lines(cell)
  local broken = #cell.contents > 1
  for _, block in ipairs(cell.contents) do
    local marked = false
    for _, inline in ipairs(block.content or {}) do
      marked = marked or is_line(inline)
      broken = broken or inline.t == "LineBreak"
    end
    if marked then
      local inlines = pandoc.Inlines {}
      for _, inline in ipairs(block.content) do
        if not is_line(inline) then
          inlines:insert(inline)
        else
          if #inlines > 0 then inlines:insert(pandoc.LineBreak()) end
          inlines:extend(inline.content)
        end
      end
      block.content = inlines
      broken = true
    end
  end
  return broken
end

-- The lengths of a cell's lines as they are written; `text` is all of it. Taking inlines one by one
-- costs far more than taking the whole cell.
local function cell_lines(cell, text, broken)
  if not broken then return { utf8.len(text) } end
  local lines, line = {}, ""
  local function close()
    lines[#lines + 1] = utf8.len(line)
    line = ""
  end
  for _, inline in ipairs(pandoc.utils.blocks_to_inlines(cell.contents)) do
    if inline.t == "LineBreak" then close() else line = line .. pandoc.utils.stringify(inline) end
  end
  close()
  return lines
end

-- Breaks marked lines. By column: the length of the longest text, of the longest below the heading,
-- and of the longest piece that cannot be broken; the sum of the squared lengths; and whether all
-- that stands below the heading is a number, a date or nothing. By row: the lines of every cell.
local function measures(tbl)
  local found = { longest = {}, below = {}, pieces = {}, squares = {}, numbers = {}, cells = {} }
  local longest, below, pieces = found.longest, found.below, found.pieces
  local squares, numbers, cells = found.squares, found.numbers, found.cells
  local heads = #tbl.head.rows
  for place, row in ipairs(all_rows(tbl)) do
    cells[place] = {}
    for index, cell in ipairs(row.cells) do
      local broken = break_lines(cell)
      local text = pandoc.utils.stringify(cell.contents)
      local length = 0
      cells[place][index] = cell_lines(cell, text, broken)
      for _, line in ipairs(cells[place][index]) do
        length = math.max(length, line)
        squares[index] = (squares[index] or 0) + (line + PADDING) ^ 2
      end
      longest[index] = math.max(longest[index] or 0, length)
      below[index] = math.max(below[index] or 0, place > heads and length or 0)
      -- Lines also break after the signs in a file's name, but not before a digit.
      for piece in text:gsub("([/-])(%D)", "%1 %2"):gmatch "%S+" do
        local size = utf8.len(piece) * (place > heads and 1 or BOLD)
        pieces[index] = math.max(pieces[index] or 0, size)
      end
      if place > heads then
        numbers[index] = numbers[index] ~= false and (text == "" or text:match "[%d%[]" ~= nil)
      end
    end
  end
  return found
end

-- How high a table is in lines, tall rows counted for more than they are: a row is as high as its
-- highest cell.
local function height(cells, widths, line)
  local sum = 0
  for _, row in ipairs(cells) do
    local highest = 1
    for index, parts in ipairs(row) do
      local room, lines = widths[index] * line - PADDING, 0
      for _, length in ipairs(parts) do
        lines = lines + (length <= room and 1 or length / room + RAGGED)
      end
      highest = math.max(highest, lines)
    end
    sum = sum + highest ^ TALL
  end
  return sum
end

-- Moves width from column to column for as long as that makes the table lower; returns how high
-- it is then.
local function lowered(cells, widths, least, line)
  local best = height(cells, widths, line)
  for _, step in ipairs { 0.06, 0.03, 0.015 } do
    local better = true
    while better do
      better = false
      for from in ipairs(widths) do
        for to in ipairs(widths) do
          if from ~= to and widths[from] - step >= least[from] then
            widths[from], widths[to] = widths[from] - step, widths[to] + step
            local now = height(cells, widths, line)
            if now < best - 0.2 then
              best, better = now, true
            else
              widths[from], widths[to] = widths[from] + step, widths[to] - step
            end
          end
        end
      end
    end
  end
  return best
end

-- Shares of the line for the columns of a table that is wider than the line; nil where Typst's own
-- fit is best. Typst gives every long column the same width, a name as much as its definition.
-- Where smaller letters are enough, every cell keeps its line. Otherwise the squares of the cells'
-- heights in lines, length / width, have the least sum where each width is the cube root of its
-- column's sum of squared lengths. From there, and from the lengths themselves, what makes the rows
-- lower is taken, and the better of the two.
local function shares(found)
  local longest, below, pieces = found.longest, found.below, found.pieces
  local needed, roots, natural = 0, {}, {}
  for index, length in ipairs(longest) do
    needed = needed + length + PADDING
    roots[index] = found.squares[index] ^ (1 / 3)
    natural[index] = math.min(below[index], PROSE) + PADDING
  end
  if needed <= LINE then return nil end
  local line = #longest > 5 and MANY or FULL
  if needed <= line then
    local widths = {}
    for index, length in ipairs(longest) do widths[index] = (length + PADDING) / needed end
    return widths
  end
  local all = {}
  for index in ipairs(longest) do all[index] = true end
  local least, sum = least_shares(below, pieces, all)
  if sum > 0.8 then least, sum = least_shares(below, pieces, found.numbers) end
  if sum > 0.9 then least = least_shares(below, pieces, {}) end
  local best, lowest
  for _, weights in ipairs { roots, natural } do
    local widths = share_out(weights, least)
    if widths then
      local sum_of_rows = lowered(found.cells, widths, least, line)
      if not lowest or sum_of_rows < lowest then best, lowest = widths, sum_of_rows end
    end
  end
  return best
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
  local found = measures(tbl)
  -- What is read once for all formats (JSON) has both; each format takes its own.
  if html or FORMAT == "json" then mark_columns(tbl.head.rows, found.longest) end
  local widths = not html and shares(found) or {}
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
