-- For the built-in page, after book.lua: numbers lead to their place in the annex, chapters to the
-- ones before and after them, and pictures may scroll by themselves where a screen is narrow.

local function read_explanations()
  local file = io.open("explanations.json", "r")
  if not file then return {} end
  local found = pandoc.json.decode(file:read "a", false)
  file:close()
  return found
end

-- The label of a figure's or table's caption, such as "Figure 2.1".
local function label_of(element)
  local label
  element.caption.long:walk {
    Span = function(span)
      if span.classes:includes "caption-label" then
        label = pandoc.utils.stringify(span):gsub(":%s*$", "")
      end
    end,
  }
  return label
end

-- The label names what can be scrolled, by key too.
local function scroll_picture(figure)
  local label = label_of(figure) or "Figure"
  local attributes = { { "role", "region" }, { "tabindex", "0" }, { "aria-label", label } }
  figure.content = { pandoc.Div(figure.content, pandoc.Attr("", { "figure-scroll" }, attributes)) }
  return figure
end

-- The number becomes a link to the annex; page-numbers.js opens what it explains on the spot. In
-- the annex itself numbers stand beside what explains them.
local function reading_aids(explanations, origins)
  return {
    traverse = "topdown",
    Table = function(tbl)
      if tbl.identifier:match "^tbl%-indicators%-" then return tbl, false end
    end,
    Figure = scroll_picture,
    Span = function(span)
      local about = span.classes:includes "figure" and explanations[span.attributes["data-id"]]
      if not about then return nil end
      local place = origins[span.attributes["data-id"]] or about.anchor
      span.content = { pandoc.Link(span.content, "#" .. place, "", { class = "explained" }) }
      return span
    end,
  }
end

-- Where the numbers of tables and charts come from stands before this heading of the sources.
local AFTER_ORIGINS = "sec-sources-published"

-- The files and rows behind a table or chart: what its caption's link shows on the spot.
local function origin(place, label, about, key)
  local lines = pandoc.List {}
  for _, line in ipairs(about.lines) do
    lines:insert { { pandoc.Str(line[1]) }, { { pandoc.Plain { pandoc.Str(line[2]) } } } }
  end
  local caption = about.name:gsub("^[^:]*: ", "")
  return {
    pandoc.RawBlock("html", '<details id="' .. place .. '"><summary>'),
    pandoc.Plain { pandoc.Str(label .. ": " .. caption) },
    pandoc.RawBlock("html", "</summary>"),
    pandoc.DefinitionList(lines),
    pandoc.Para { pandoc.Link("To " .. label, "#" .. key) },
    pandoc.RawBlock("html", "</details>"),
  }
end

-- The blocks with the origins of all tables and charts, and the place of each by its label.
local function add_origins(blocks, explanations)
  local known = blocks:find_if(function(block)
    return block.t == "Header" and block.identifier == AFTER_ORIGINS
  end)
  local places, found = {}, pandoc.Blocks {}
  if not known then return blocks, places end
  local function note(element)
    local key, label = element.identifier, label_of(element)
    if not (label and explanations[key]) then return nil end
    places[key] = "origin-" .. key
    found:extend(origin(places[key], label, explanations[key], key))
  end
  blocks:walk { traverse = "topdown", Table = note, Figure = note }
  if #found == 0 then return blocks, places end
  found:insert(1, pandoc.Para {
    pandoc.Str "Tables and charts, each with the file, sheet and rows of every number in it:",
  })
  local result = pandoc.Blocks {}
  for _, block in ipairs(blocks) do
    if block == known then result:insert(pandoc.Div(found, { class = "origins" })) end
    result:insert(block)
  end
  return result, places
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
  local explanations = read_explanations()
  local blocks, origins = add_origins(doc.blocks, explanations)
  doc.blocks = link_chapters(blocks:walk(reading_aids(explanations, origins)))
  return doc
end
