-- Turns the book that reader.lua read into one document, numbered as Quarto numbers a book:
-- chapters 1, 2, ... and appendices A, B, ...; figures and tables by chapter; cross-references as
-- linked text. The check has already refused a book with a reference that leads nowhere.

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

local function letter(number)
  return string.char(string.byte("A") + number - 1)
end

local function stem(file)
  return (file:gsub("%.qmd$", ""))
end

-- Numbers ------------------------------------------------------------------------------------

-- Gives every heading, figure and table of the book its number; returns what each label is
-- called ("Figure 4.1"), by label, and the label of the heading that opens each file.
local function number_book(files)
  local names, openings = {}, {}
  local chapters, appendices = 0, 0

  for _, file in ipairs(files) do
    local attributes = file.attributes
    local kind = attributes["data-kind"]
    local chapter
    if kind == "chapter" then
      chapters = chapters + 1
      chapter = tostring(chapters)
    elseif kind == "appendix" then
      appendices = appendices + 1
      chapter = letter(appendices)
    end
    local levels, floats = {}, { Figure = 0, Table = 0 }

    local function number_float(element, word)
      if element.identifier ~= "" then
        floats[word] = floats[word] + 1
        names[element.identifier] = { word = word, number = (chapter and chapter .. "." or "") .. floats[word] }
      end
    end

    attributes["data-number"] = chapter
    file.content = file.content:walk {
      traverse = "topdown",
      Header = function(header)
        if not header.identifier:match "^sec%-" then
          header.identifier = stem(attributes["data-file"]) .. "-" .. header.identifier
        end
        openings[attributes["data-file"]] = openings[attributes["data-file"]] or header.identifier
        if not chapter or header.classes:includes "unnumbered" then
          header.classes = { "unnumbered" }
          return header
        end
        if header.level == 1 then
          names[header.identifier] = { word = kind == "appendix" and "Appendix" or "Chapter", number = chapter }
          header.attributes.number = chapter
          return header
        end
        levels[header.level] = (levels[header.level] or 0) + 1
        for deeper = header.level + 1, 6 do levels[deeper] = nil end
        local number = chapter
        for level = 2, header.level do number = number .. "." .. (levels[level] or 0) end
        names[header.identifier] = { word = "Section", number = number }
        header.attributes.number = number
        return header
      end,
      Figure = function(figure) number_float(figure, "Figure") end,
      Table = function(tbl) number_float(tbl, "Table") end,
    }
  end
  return names, openings
end

-- Cross-references ---------------------------------------------------------------------------

local function reference(citation, name)
  local words = pandoc.Inlines {}
  if #citation.prefix > 0 then
    words:extend(citation.prefix)
  elseif citation.mode ~= "SuppressAuthor" then
    words:insert(pandoc.Str(name.word))
  end
  if not typst then
    if #words > 0 then words:insert(pandoc.Str(nbsp)) end
    words:insert(pandoc.Str(name.number))
    return pandoc.Inlines { pandoc.Link(words, "#" .. citation.id, "", { class = "xref" }) }
  end
  local result = pandoc.Inlines { pandoc.RawInline("typst", "#ref(<" .. citation.id .. ">, supplement: [") }
  result:extend(words)
  result:insert(pandoc.RawInline("typst", "])"))
  return result
end

local function resolve_references(names, openings)
  return {
    Cite = function(cite)
      local result = pandoc.Inlines {}
      for _, citation in ipairs(cite.citations) do
        local name = names[citation.id]
        if not name then return nil end
        if #result > 0 then result:extend { pandoc.Str(","), pandoc.Space() } end
        result:extend(reference(citation, name))
      end
      return result
    end,
    Link = function(link)
      local file, anchor = link.target:match "^%.?/?([^/:#]+%.qmd)#?(.*)$"
      if file then
        link.target = "#" .. (anchor ~= "" and anchor or openings[file] or "")
        return link
      end
    end,
  }
end

-- Headings without a label of their own were renamed: links inside their file follow.
local function follow_renamed(file)
  local prefix = stem(file.attributes["data-file"]) .. "-"
  local renamed = {}
  file.content:walk {
    Header = function(header) renamed[header.identifier] = true end,
  }
  return {
    Link = function(link)
      local anchor = link.target:match "#(.+)$"
      if anchor and renamed[prefix .. anchor] and not link.target:match "^%a+:" then
        link.target = "#" .. prefix .. anchor
        return link
      end
    end,
  }
end

-- Figures, tables and callouts ---------------------------------------------------------------

local function caption_of(element, name)
  local inlines = pandoc.utils.blocks_to_inlines(element.caption.long)
  if not typst and name then
    inlines:insert(1, pandoc.Span(name.word .. nbsp .. name.number .. ": ", { class = "caption-label" }))
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

local function image(img)
  local alt = img.attributes["fig-alt"] or img.attributes.alt or pandoc.utils.stringify(img.caption)
  img.attributes["fig-alt"] = nil
  if html then
    img.attributes.alt = alt
    local mime, contents = pandoc.mediabag.fetch(img.src)
    img.src = pandoc.mediabag.make_data_uri(mime, contents)
    return img
  end
  if word then
    -- Drawn beforehand (word.py); Word's writer takes the alternative text from here.
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

-- A browser would break 2024-25 after its hyphen; the name of a file may be broken.
local function keep_period_whole(str)
  if html and str.text:match "%d%d%d%d%-%d%d" and not str.text:match "/" then
    return pandoc.Span({ str }, { class = "period" })
  end
end

local function lay_out(names)
  return {
    Str = keep_period_whole,
    Image = image,
    Div = callout,
    Figure = function(figure)
      local caption = caption_of(figure, names[figure.identifier])
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
      local name = names[tbl.identifier]
      if html then
        local label = tbl.identifier .. "-caption"
        local title = { "aria-label", "Table" }
        if name then
          tbl.caption = { long = { pandoc.Plain { pandoc.Span(caption_of(tbl, name), { id = label }) } } }
          title = { "aria-labelledby", label }
        end
        -- Attributes as a list: a keyed table would come out in another order each time.
        local attributes = { { "role", "region" }, { "tabindex", "0" }, title }
        return pandoc.Div({ tbl }, pandoc.Attr("", { "table-scroll" }, attributes))
      end
      if not name then return nil end
      if word then
        local label = tbl.identifier
        tbl.caption = { long = { pandoc.Plain(caption_of(tbl, name)) } }
        tbl.identifier = ""
        return pandoc.Div({ tbl }, pandoc.Attr(label))
      end
      local caption, label = caption_of(tbl, name), tbl.identifier
      tbl.caption = { long = {} }
      tbl.identifier = ""
      tbl.classes:insert "typst:no-figure"
      return typst_float({ tbl }, caption, "tbl", "top", "Table", label)
    end,
  }
end

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
  local names, openings = number_book(files)
  for _, file in ipairs(files) do
    file.content = file.content:walk(follow_renamed(file)):walk(resolve_references(names, openings))
    file.content = file.content:walk(lay_out(names))
  end
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
