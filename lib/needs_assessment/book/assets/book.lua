-- Lays out the book that numbers.lua numbered, and citeproc cited, as one document in a format.

local html = FORMAT:match "html" ~= nil
local word = FORMAT == "docx"
local typst = not html and not word
local nbsp = "\u{a0}"

-- The names and colours that Quarto gives to callouts in Typst.
local CALLOUTS = {
  note = { name = "Note", colour = "0758E5", background = "dae6fb" },
  tip = { name = "Tip", colour = "00A047", background = "ccf1e3" },
  warning = { name = "Warning", colour = "EB9113", background = "fcefdc" },
  caution = { name = "Caution", colour = "FC5300", background = "ffe5d0" },
  important = { name = "Important", colour = "CC1914", background = "f7dddc" },
}

-- A cross-reference: numbers.lua left its words and the number of what it leads to.
local function reference(link)
  local number = link.attributes.number
  if not (number and link.classes:includes "xref") then return nil end
  if not typst then
    link.attributes.number = nil
    if #link.content > 0 then link.content:insert(pandoc.Str(nbsp)) end
    link.content:insert(pandoc.Str(number))
    return link
  end
  local result = pandoc.Inlines { pandoc.RawInline("typst", "#ref(<" .. link.target:sub(2) .. ">, supplement: [") }
  result:extend(link.content)
  result:insert(pandoc.RawInline("typst", "])"))
  return result
end

-- Figures, tables and callouts ---------------------------------------------------------------

local function number_of(element)
  local number = element.attributes["data-number"]
  element.attributes["data-number"] = nil
  return number
end

local function caption_of(element, word, number)
  local inlines = pandoc.utils.blocks_to_inlines(element.caption.long)
  if not typst and number then
    local attributes = FORMAT == "docx" and { ["custom-style"] = "Caption Label" } or { class = "caption-label" }
    inlines:insert(1, pandoc.Span(word .. nbsp .. number .. ": ", attributes))
  end
  return inlines
end

local function typst_float(content, caption, kind, position, word, label)
  local blocks = pandoc.Blocks { pandoc.RawBlock("typst", "#figure([") }
  blocks:extend(content)
  local close = pandoc.Inlines {
    pandoc.RawInline("typst", "], caption: figure.caption(position: " .. position .. ", ["),
  }
  close:extend(caption)
  close:insert(pandoc.RawInline("typst",
    ']), kind: "quarto-float-' .. kind .. '", supplement: "' .. word .. '")<' .. label .. ">"))
  blocks:insert(pandoc.Plain(close))
  return blocks
end

-- A drawing without the spaces and line breaks that its outlines and elements can do without.
local function compact(drawing)
  local outlines = drawing:gsub('( d=")([^"]*)', function(start, outline)
    return start .. outline:gsub("%s+", " "):gsub("^ ", ""):gsub(" ?(%a) ?", "%1")
  end)
  return (outlines:gsub(">%s*\n%s*<", "><"))
end

local function image(img)
  local alt = img.attributes["fig-alt"] or img.attributes.alt or pandoc.utils.stringify(img.caption)
  img.attributes["fig-alt"] = nil
  if html then
    img.attributes.alt = alt
    local mime, contents = pandoc.mediabag.fetch(img.src)
    if mime == "image/svg+xml" then contents = compact(contents) end
    img.src = pandoc.mediabag.make_data_uri(mime, contents)
    return img
  end
  if word then
    -- Drawn beforehand (`draw_pictures`); Word's writer takes the alternative text from here.
    img.src = img.src:gsub("%.svg$", ".png")
    img.caption = { pandoc.Str(alt) }
    return img
  end
  local quoted = alt:gsub("\\", "\\\\"):gsub('"', '\\"')
  return pandoc.RawInline("typst", '#box(image("' .. img.src .. '", alt: "' .. quoted .. '"))')
end

local function callout(div)
  local kind
  for _, class in ipairs(div.classes) do
    kind = kind or class:match "^callout%-(%a+)$"
  end
  local look = CALLOUTS[kind]
  if not look then return nil end
  local title, body = nil, div.content
  if div.attributes.title then
    title = pandoc.utils.blocks_to_inlines(pandoc.read(div.attributes.title, "markdown").blocks)
  elseif body[1] and body[1].t == "Header" then
    title = body[1].content
    body = body:clone()
    body:remove(1)
  end
  if not typst then
    local heading = pandoc.Inlines { pandoc.Str(look.name) }
    if title then
      heading = pandoc.Inlines { pandoc.Span(look.name .. ": ", { class = "visually-hidden" }) }
      heading:extend(title)
    end
    if word then
      return {
        pandoc.Div(pandoc.Para(heading), pandoc.Attr("", {}, { ["custom-style"] = "Callout Title" })),
        pandoc.Div(body, pandoc.Attr("", {}, { ["custom-style"] = "Callout" })),
      }
    end
    return pandoc.Div({
      pandoc.Div(pandoc.Para(heading), { class = "callout-title" }),
      pandoc.Div(body, { class = "callout-body" }),
    }, { class = "callout callout-" .. kind })
  end
  local blocks = pandoc.Blocks { pandoc.RawBlock("typst", "#callout(body: [") }
  blocks:extend(body)
  local close = pandoc.Inlines { pandoc.RawInline("typst", "], title: [") }
  close:extend(title or { pandoc.Str(look.name) })
  close:insert(pandoc.RawInline("typst", '], background_color: rgb("#' .. look.background
    .. '"), icon_color: rgb("#' .. look.colour .. '"))'))
  blocks:insert(pandoc.Plain(close))
  return blocks
end

-- A browser would break 2024-25 after its hyphen. Addresses and names of files have to break
-- somewhere.
local function keep_period_whole(str)
  if str.text:match "%d%d%d%d%-%d%d" and not str.text:match "/" then
    return pandoc.Span({ str }, { class = "period" })
  end
end

local LAYOUT = {
  Str = html and keep_period_whole or nil,
  Link = reference,
  Image = image,
  Div = callout,
  Figure = function(figure)
    local caption = caption_of(figure, "Figure", number_of(figure))
    if html then
      figure.caption = { long = { pandoc.Plain(caption) } }
      return figure
    end
    if word then
      local label = figure.identifier
      figure.caption = { long = { pandoc.Plain(caption) } }
      figure.identifier = ""
      return pandoc.Div({ figure }, pandoc.Attr(label))
    end
    return typst_float(figure.content, caption, "fig", "bottom", "Figure", figure.identifier)
  end,
  Table = function(tbl)
    local number = number_of(tbl)
    if html then
      -- Widths are for paper.
      for _, spec in ipairs(tbl.colspecs) do spec[2] = nil end
      local label = tbl.identifier .. "-caption"
      local title = { "aria-label", "Table" }
      if number then
        tbl.caption = { long = { pandoc.Plain { pandoc.Span(caption_of(tbl, "Table", number), { id = label }) } } }
        title = { "aria-labelledby", label }
      end
      -- Attributes as a list: a keyed table would come out in another order each time.
      local attributes = { { "role", "region" }, { "tabindex", "0" }, title }
      return pandoc.Div({ tbl }, pandoc.Attr("", { "table-scroll" }, attributes))
    end
    if not number then return nil end
    if word then
      local label = tbl.identifier
      tbl.caption = { long = { pandoc.Plain(caption_of(tbl, "Table", number)) } }
      tbl.identifier = ""
      return pandoc.Div({ tbl }, pandoc.Attr(label))
    end
    local caption, label = caption_of(tbl, "Table", number), tbl.identifier
    tbl.caption = { long = {} }
    tbl.identifier = ""
    tbl.classes:insert "typst:no-figure"
    return typst_float({ tbl }, caption, "tbl", "top", "Table", label)
  end,
}

-- Headings and contents ----------------------------------------------------------------------

local function heading_words(header, kind)
  local number = header.attributes.number
  if not number then return header.content end
  local words = pandoc.Inlines {}
  if kind == "appendix" and header.level == 1 then
    words:insert(pandoc.Str("Appendix" .. nbsp .. number .. " — "))
  else
    words:insert(pandoc.Span(number, { class = "header-section-number" }))
    words:insert(pandoc.Space())
  end
  words:extend(header.content)
  return words
end

-- Numbers the headings of the page and returns its contents: chapters and their sections.
local function number_page(files)
  local contents = pandoc.List {}
  for _, file in ipairs(files) do
    local kind, sections = file.attributes["data-kind"], pandoc.List {}
    local chapter
    file.content = file.content:walk {
      Header = function(header)
        local words = heading_words(header, kind)
        local entry = pandoc.Plain { pandoc.Link(words:walk { Note = function() return {} end }, "#" .. header.identifier) }
        if header.level == 1 then
          chapter = entry
        elseif header.level == 2 then
          sections:insert { entry }
        end
        header.content = words
        header.attributes.number = nil
        return header
      end,
    }
    local item = pandoc.Blocks { chapter }
    if #sections > 0 then item:insert(pandoc.BulletList(sections)) end
    contents:insert(item)
  end
  return pandoc.BulletList(contents)
end

function Pandoc(doc)
  local files = doc.blocks
  for _, file in ipairs(files) do file.content = file.content:walk(LAYOUT) end
  if not typst then
    local contents = number_page(files)
    if html then doc.meta.contents = pandoc.MetaBlocks { contents } end
  end

  local blocks, in_appendices = pandoc.Blocks {}, false
  for _, file in ipairs(files) do
    if typst and file.attributes["data-kind"] == "appendix" and not in_appendices then
      in_appendices = true
      blocks:insert(pandoc.RawBlock("typst", '#show: appendices.with("Appendices")'))
    end
    blocks:extend(file.content)
  end
  doc.blocks = blocks
  return doc
end
