-- Numbers the book that reader.lua read, as Quarto numbers a book: chapters 1, 2, ... and appendices
-- A, B, ...; figures and tables by chapter. Cross-references become links that know the number of
-- what they lead to; citeproc comes after, and book.lua lays out what it all looks like in a format.
-- The check has already refused a book with a reference that leads nowhere.

local function letter(number)
  return string.char(string.byte("A") + number - 1)
end

local function stem(file)
  return (file:gsub("%.qmd$", ""))
end

-- Numbers ------------------------------------------------------------------------------------

-- Gives every heading, figure and table of the book its number; returns what each label is called
-- ("Figure", "4.1"), by label, the label of the heading that opens each file, and all headings.
local function number_book(files)
  local names, openings, headings = {}, {}, {}
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
        local number = (chapter and chapter .. "." or "") .. floats[word]
        names[element.identifier] = { word = word, number = number }
        element.attributes["data-number"] = number
      end
      return element
    end

    file.content = file.content:walk {
      traverse = "topdown",
      Header = function(header)
        if not header.identifier:match "^sec%-" then
          header.identifier = stem(attributes["data-file"]) .. "-" .. header.identifier
        end
        headings[header.identifier] = true
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
      Figure = function(figure) return number_float(figure, "Figure") end,
      Table = function(tbl) return number_float(tbl, "Table") end,
    }
  end
  return names, openings, headings
end

-- Cross-references ---------------------------------------------------------------------------

local function reference(citation, name)
  local words = pandoc.Inlines {}
  if #citation.prefix > 0 then
    words:extend(citation.prefix)
  elseif citation.mode ~= "SuppressAuthor" then
    words:insert(pandoc.Str(name.word))
  end
  return pandoc.Link(words, "#" .. citation.id, "", pandoc.Attr("", { "xref" }, { number = name.number }))
end

-- Links to a file of the book lead to its place in the document. Headings without a label of their
-- own were renamed: links inside their file follow.
local function resolve_references(file, names, openings, headings)
  local prefix = stem(file.attributes["data-file"]) .. "-"
  return {
    Cite = function(cite)
      local result = pandoc.Inlines {}
      for _, citation in ipairs(cite.citations) do
        local name = names[citation.id]
        if not name then return nil end
        if #result > 0 then result:extend { pandoc.Str(","), pandoc.Space() } end
        result:insert(reference(citation, name))
      end
      return result
    end,
    Link = function(link)
      local anchor = link.target:match "#(.+)$"
      if anchor and headings[prefix .. anchor] and not link.target:match "^%a+:" then
        link.target = "#" .. prefix .. anchor
        return link
      end
      local other, place = link.target:match "^%.?/?([^/:#]+%.qmd)#?(.*)$"
      if other then
        link.target = "#" .. (place ~= "" and place or openings[other] or "")
        return link
      end
    end,
  }
end

function Pandoc(doc)
  local names, openings, headings = number_book(doc.blocks)
  for _, file in ipairs(doc.blocks) do
    file.content = file.content:walk(resolve_references(file, names, openings, headings))
  end
  return doc
end
