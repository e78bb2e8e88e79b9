-- For the built-in page, after book.lua: numbers lead to their place in the annex, chapters to the
-- ones before and after them, and pictures may scroll by themselves where a screen is narrow.

local function read_explanations()
  local file = io.open("explanations.json", "r")
  if not file then return {} end
  local found = pandoc.json.decode(file:read "a", false)
  file:close()
  return found
end

-- The label of a figure's caption names what can be scrolled, by key too.
local function scroll_picture(figure)
  local label = "Figure"
  figure.caption.long:walk {
    Span = function(span)
      if span.classes:includes "caption-label" then
        label = pandoc.utils.stringify(span):gsub(":%s*$", "")
      end
    end,
  }
  local attributes = { { "role", "region" }, { "tabindex", "0" }, { "aria-label", label } }
  figure.content = { pandoc.Div(figure.content, pandoc.Attr("", { "figure-scroll" }, attributes)) }
  return figure
end

-- The number becomes a link to the annex; page-numbers.js opens what it explains on the spot. In
-- the annex itself numbers stand beside what explains them.
local function reading_aids(explanations)
  return {
    traverse = "topdown",
    Table = function(tbl)
      if tbl.identifier:match "^tbl%-indicators%-" then return tbl, false end
    end,
    Figure = scroll_picture,
    Span = function(span)
      local about = span.classes:includes "figure" and explanations[span.attributes["data-id"]]
      if not about then return nil end
      span.content = { pandoc.Link(span.content, "#" .. about.anchor, "", { class = "explained" }) }
      return span
    end,
  }
end

local function turn(word, chapter)
  return pandoc.Div(
    pandoc.Plain { pandoc.Str(word .. ":"), pandoc.Space(),
      pandoc.Link(pandoc.Inlines { pandoc.Str(chapter.words) }, "#" .. chapter.id) },
    { class = "turn-" .. word:lower() }
  )
end

local function link_chapters(blocks)
  local chapters = pandoc.List {}
  for _, block in ipairs(blocks) do
    if block.t == "Header" and block.level == 1 then
      local words = pandoc.utils.stringify(block.content:walk { Note = function() return {} end })
      chapters:insert { id = block.identifier, words = words }
    end
  end
  local result, number = pandoc.Blocks {}, 0
  local function close_chapter()
    local links = pandoc.Blocks {}
    if chapters[number - 1] then links:insert(turn("Previous", chapters[number - 1])) end
    if chapters[number + 1] then links:insert(turn("Next", chapters[number + 1])) end
    result:insert(pandoc.Div(links, { class = "turn" }))
  end
  for _, block in ipairs(blocks) do
    if block.t == "Header" and block.level == 1 then
      if number > 0 then close_chapter() end
      number = number + 1
    end
    result:insert(block)
  end
  close_chapter()
  return result
end

local function find_reading(blocks)
  for _, block in ipairs(blocks) do
    if block.t == "Header" and block.identifier:match "how%-to%-read" then return block.identifier end
  end
end

function Pandoc(doc)
  doc.meta.reading = find_reading(doc.blocks)
  doc.blocks = link_chapters(doc.blocks:walk(reading_aids(read_explanations())))
  return doc
end
